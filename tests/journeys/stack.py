"""The whole product as its own processes, in a state folder and on ports of its own, for journeys."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from tests import waiting

ROOT = Path(__file__).resolve().parents[2]
KMIKRO = ROOT / "bin/kmikro"
START = 240.0  # seconds that a first start may take on a busy machine
T = TypeVar("T")


def until(look: Callable[[], T], what: str, *, within: float = 60.0) -> T:
    """What `look` gives once it is true, asked gently: each look may load a page."""
    return waiting.until(look, within, what, glance=0.1)


def free_ports(count: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> list[int]:
    """Ports that nobody listens on now, outside the range of the launcher's own."""
    held, ports = [], []
    for _ in range(count):
        probe = socket.socket(socket.AF_INET, kind)
        probe.bind(("127.0.0.1", 0))
        held.append(probe)
        ports.append(probe.getsockname()[1])
    for probe in held:
        probe.close()
    return ports


class Stack:
    """`bin/kmikro up --detach` in a folder that is gone afterwards."""

    def __init__(self, home: Path, *, address: str, vrouter: str) -> None:
        self.home = home
        http, api, pages = free_ports(3)
        auth, acct, coa = free_ports(3, socket.SOCK_DGRAM)
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("KMIKRO_", "DJANGO_"))
        }
        kept.pop("DATABASE_URL", None)
        kept.pop("REDIS_URL", None)
        self.environment = kept | {
            "KMIKRO_STATE": str(home),
            "KMIKRO_HTTP_PORT": str(http),
            "KMIKRO_RADIUS_AUTH_PORT": str(auth),
            "KMIKRO_RADIUS_ACCT_PORT": str(acct),
            "KMIKRO_COA_PORT": str(coa),
            "KMIKRO_RADIUS_ADDRESS": address,
            "KMIKRO_VROUTER_ADDRESS": vrouter,
            "KMIKRO_VROUTER_API_PORT": str(api),
            "KMIKRO_VROUTER_HTTP_PORT": str(pages),
        }
        self.http_port = http
        self.pids: list[int] = []

    def run(self, *words: str, within: float = START) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, str(KMIKRO), *words],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=within, check=False,
        )  # fmt: skip

    def up(self, *flags: str) -> None:
        said = self.run("up", "--detach", *flags)
        assert said.returncode == 0, said.stdout + said.stderr + self.logs()
        status = self.status()
        assert status["running"], status
        self.pids = [status["supervisor"]["pid"], *(each["pid"] for each in status["processes"])]

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run("status", "--json").stdout)
        return found

    def down(self) -> None:
        said = self.run("down", within=90)
        assert said.returncode == 0, said.stdout + said.stderr

    def left(self) -> list[int]:
        """Processes of the product that still live: those it told of, and any that has our state folder in its environment."""
        mark = f"KMIKRO_STATE={self.home}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                ours = mark in (entry / "environ").read_bytes()
                dead = (entry / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
            except OSError:
                continue
            if ours and not dead:
                found.append(int(entry.name))
        return found

    def logs(self) -> str:
        """The last lines of each log, for a failure's report."""
        return "\n".join(
            f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            for log in sorted((self.home / "logs").glob("*.log"))
        )

    def end(self) -> None:
        """Whatever happened: nothing of ours stays."""
        self.run("down", within=90)
        for pid in self.left():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        shutil.rmtree(self.home, ignore_errors=True)
