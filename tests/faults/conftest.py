"""A PostgreSQL of our own that may be killed, the product's schema in it, and radiusd on top."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bin"))

from stack import postgres  # noqa: E402 - the launcher's package, found by the line above
from stack.trouble import Trouble  # noqa: E402

from tests.waiting import until  # noqa: E402


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Cluster:
    """One PostgreSQL server that is started and killed."""

    def __init__(self, home: Path) -> None:
        binaries, data, become = postgres.settle(postgres.find_binaries(Path(sys.prefix)), home)
        port = free_port(socket.SOCK_STREAM)
        self.server = postgres.Server(binaries, data, port, "admin-word", "role-word", become)
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None
        postgres.make_cluster(self.server, home)
        self.start()
        postgres.make_role_and_database(self.server)

    def start(self) -> None:
        """Start; after a kill the old children hold the shared memory for a moment, hence several tries."""
        spec = postgres.spec(self.server, self.home / "pg.log", test=False)
        deadline = time.monotonic() + 60
        while True:
            with open(spec.log, "ab") as log:
                self.process = subprocess.Popen(
                    spec.argv, env=dict(spec.env), cwd="/", stdout=log, stderr=log, preexec_fn=spec.become
                )
            process = self.process
            until(
                lambda p=process: p.poll() is not None or postgres.ready(self.server, p),
                60,
                "PostgreSQL hangs",
            )
            if self.process.poll() is None:
                return
            # A killed server's children may hold its shared memory for a moment: it is started again.
            assert time.monotonic() < deadline, spec.log.read_text()[-2000:]

    def kill(self) -> None:
        """kill -9 of the postmaster; its children follow when they notice."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(2)
            self.process.wait(30)
        if self.server.data.parent != self.home:
            shutil.rmtree(self.server.data.parent, ignore_errors=True)


class Ground:
    """The product on that PostgreSQL: one ISP, its routers, one account."""

    def __init__(self, cluster: Cluster, home: Path) -> None:
        self.cluster = cluster
        self.env = {
            **os.environ,
            "DATABASE_URL": cluster.server.url,
            "KMIKRO_STATE": str(home),
            "DJANGO_SETTINGS_MODULE": "kmikro.settings",
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
        }
        self.facts = json.loads(self.run("tests.faults.plant"))

    def run(self, module: str, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    home = tmp_path_factory.mktemp("faults")
    try:
        cluster = Cluster(home)
    except Trouble as trouble:
        pytest.skip(f"NOT RUN: no PostgreSQL that may be killed ({trouble})")
    try:
        yield Ground(cluster, home)
    finally:
        cluster.stop()
