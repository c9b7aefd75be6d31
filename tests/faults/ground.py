"""A PostgreSQL and a Valkey of our own that may be killed, the product's schema in them, and radiusd on top."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bin"))

from stack import postgres, valkey  # noqa: E402 - the launcher's package, found by the line above
from stack.trouble import Trouble as Trouble  # noqa: E402

from tests.faults.load import ACCEPT, Router, login  # noqa: E402
from tests.waiting import until  # noqa: E402

ADDRESS = "127.0.0.1"


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((ADDRESS, 0))
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
        postgres.make_radius_role(self.server)

    @property
    def is_up(self) -> bool:
        return self.process is not None and self.process.poll() is None

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

    def halt(self) -> None:
        """The 'fast' shutdown: everybody is sent away, and nobody can connect."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)

    def stop(self) -> None:
        if self.is_up:
            self.halt()
        if self.server.data.parent != self.home:
            shutil.rmtree(self.server.data.parent, ignore_errors=True)

    def ask(self, sql: str) -> str:
        """SQL as the superuser, in the product's database."""
        return postgres.ask(self.server, sql, postgres.DATABASE)


class Cache:
    """One Valkey that is started and killed."""

    def __init__(self, home: Path) -> None:
        self.server = valkey.Server(free_port(socket.SOCK_STREAM), "cache-word")
        self.home = home
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        spec = valkey.spec(
            self.server, valkey.find_binary(Path(sys.prefix)), self.home / "valkey", self.home / "valkey.log"
        )
        with open(spec.log, "ab") as log:
            self.process = subprocess.Popen(spec.argv, env=dict(spec.env), stdout=log, stderr=log)
        until(lambda: valkey.ready(self.server), 30, "Valkey hangs")

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Ground:
    """The product on those servers: one ISP, its routers, two accounts that nobody changes."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.cluster = Cluster(home)
        self.cache: Cache | None = None
        try:
            self.cache = Cache(home)
            state = home / "state"
            state.mkdir(exist_ok=True)
            self.env = {
                **{key: value for key, value in os.environ.items() if not key.startswith("KMIKRO_")},
                "DATABASE_URL": self.cluster.server.url,
                "REDIS_URL": self.cache.server.url,
                "KMIKRO_RADIUS_DB_USER": postgres.RADIUS_ROLE,
                "KMIKRO_RADIUS_DB_PASSWORD": self.cluster.server.password,
                "KMIKRO_SECRET_KEY": "a-key-of-this-test-alone-" + "0" * 32,
                "KMIKRO_DEBUG": "1",
                "KMIKRO_STATE": str(state),
                "DJANGO_SETTINGS_MODULE": "kmikro.settings",
                "PYTHONPATH": str(ROOT),
                "PYTHONWARNINGS": "ignore",
            }
            self.facts: dict[str, Any] = json.loads(self.run("tests.faults.plant"))
        except BaseException:
            self.close()
            raise

    @property
    def schema(self) -> str:
        return str(self.facts["schema"])

    @property
    def routers(self) -> dict[str, str]:
        return dict(self.facts["routers"])

    def run(self, module: str, *arguments: str, **changes: str) -> str:
        """The last line that a program prints."""
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            env=self.env | changes,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        assert done.returncode == 0, f"{module}: {last}\n{done.stderr[-3000:]}"
        return done.stdout.splitlines()[-1]

    def look(self, name: str = "steady") -> dict[str, Any]:
        """What the database holds of one account, and of the journal."""
        found: dict[str, Any] = json.loads(self.run("tests.faults.look", self.schema, name))
        return found

    def restore(self) -> None:
        """After a fault: whatever it left down is up again."""
        if not self.cluster.is_up:
            self.cluster.start()
        assert self.cache is not None and self.cache.process is not None
        if self.cache.process.poll() is not None:
            self.cache.start()

    def close(self) -> None:
        if self.cache is not None:
            self.cache.stop()
        self.cluster.stop()


class Daemon:
    """radiusd, and routers that load it when they are asked to."""

    _marks = itertools.count(1)

    def __init__(self, ground: Ground, mode: str = "honest", **changes: str) -> None:
        self.ground = ground
        self.auth, self.acct = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
        self.state = Path(changes.get("KMIKRO_STATE", ground.env["KMIKRO_STATE"]))
        self.log = ground.home / f"radiusd-{next(self._marks)}.log"
        wrap = changes.pop("WRAP", "").split()
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                [*wrap, sys.executable, "-m", "tests.faults.daemon", mode, str(self.auth), str(self.acct)],
                env=ground.env | changes,
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        self.mode = mode
        self.routers: list[Router] = []

    def answers(self, identifier: int) -> int:
        address, secret = next(iter(self.ground.routers.items()))
        return login(address, secret, self.auth, identifier)

    def acked(self) -> set[str]:
        return set().union(*(each.acked for each in self.routers))

    def load(self) -> None:
        """Let the routers report; two ports of each unless others were put in their place."""
        mark = f"{self.mode.partition(':')[0]}{self.process.pid}"
        self.routers = self.routers or [
            Router(address, secret, self.acct, f"{mark}-{address[-1]}-{number}")
            for address, secret in self.ground.routers.items()
            for number in range(2)
        ]
        for each in self.routers:
            each.start()

    def more(self, count: int, seconds: float = 20) -> None:
        """Wait until so many more records were acknowledged."""
        before = len(self.acked())
        until(lambda: len(self.acked()) >= before + count, seconds, f"{count} more records acknowledged")

    def children(self) -> list[int]:
        return sorted(
            int(status.parent.name)
            for status in Path("/proc").glob("[0-9]*/status")
            if f"\nPPid:\t{self.process.pid}\n" in _text(status)
        )

    def workers(self) -> list[int]:
        """Children that serve, oldest first."""
        return [each for each in self.children() if _serves(each)]

    def kill_worker(self) -> int:
        oldest = self.workers()[0]
        os.kill(oldest, signal.SIGKILL)
        return oldest

    def spooled(self) -> int:
        """Octets that wait on the disk."""
        sizes = 0
        for path in (self.state / "spool").glob("*.spool"):
            with contextlib.suppress(FileNotFoundError):
                sizes += path.stat().st_size
        return sizes

    def settle(self, seconds: float = 90) -> dict[str, Any]:
        """End the load, wait until spool and journal are empty, and look."""
        for each in self.routers:
            if each.is_alive():
                each.stop(12)
        found: dict[str, Any] = {}

        def quiet() -> bool:
            found.update(self.ground.look())
            return found["waiting"] == 0 and not list((self.state / "spool").glob("*.spool"))

        until(quiet, seconds, "journal and spool are still full")
        return found

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _serves(pid: int) -> bool:
    """A worker has several threads; the process that folds the journal has one."""
    status = _text(Path(f"/proc/{pid}/status"))
    return bool(status) and "Threads:\t1\n" not in status


@contextmanager
def serving(ground: Ground, mode: str = "honest", **changes: str) -> Iterator[Daemon]:
    daemon = Daemon(ground, mode, **changes)
    try:
        numbers = iter(range(1, 200))
        until(lambda: daemon.answers(next(numbers)) == ACCEPT, 60, "radiusd does not answer")
        yield daemon
    finally:
        daemon.stop()


def missing(daemon: Daemon, found: dict[str, Any]) -> set[str]:
    """Records that were acknowledged and are not in the database."""
    return daemon.acked() - set(found["sessions"])


def counted_once(found: dict[str, Any]) -> bool:
    """Every session carried one octet, so the service has used as many as there are sessions."""
    return bool(found["used"] == len(found["sessions"])) and found["bad"] == 0
