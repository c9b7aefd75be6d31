"""kill -9 of a RADIUS worker and of PostgreSQL under load: what was acknowledged is there afterwards, once."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import ROOT, Ground, free_port, until
from tests.faults.load import Router, login

ACCESS_ACCEPT = 2


class Daemon:
    """radiusd and the routers that load it."""

    def __init__(self, ground: Ground, mode: str) -> None:
        self.ground = ground
        self.auth, self.acct = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.daemon", mode, str(self.auth), str(self.acct)],
            env=ground.env,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        mark = f"{mode}{self.process.pid}"
        self.routers = [
            Router(address, secret, self.acct, f"{mark}-{address[-1]}-{number}")
            for address, secret in ground.facts["routers"].items()
            for number in range(2)
        ]

    def answers(self, identifier: int) -> int:
        address, secret = next(iter(self.ground.facts["routers"].items()))
        return login(address, secret, self.auth, identifier)

    def acked(self) -> set[str]:
        return set().union(*(each.acked for each in self.routers))

    def load(self) -> None:
        for each in self.routers:
            each.start()

    def more(self, count: int, seconds: float = 20) -> None:
        """Wait until so many more records were acknowledged."""
        before = len(self.acked())
        until(lambda: len(self.acked()) >= before + count, seconds)

    def workers(self) -> list[int]:
        """Children that serve, oldest first."""
        children = [
            int(status.parent.name)
            for status in Path("/proc").glob("[0-9]*/status")
            if f"\nPPid:\t{self.process.pid}\n" in _text(status)
        ]
        return sorted(each for each in children if _serves(each))

    def kill_worker(self) -> None:
        os.kill(self.workers()[0], signal.SIGKILL)

    def settle(self) -> dict[str, Any]:
        """End the load, wait until spool and journal are empty, and look."""
        for each in self.routers:
            each.stop(12)
        spool = Path(self.ground.env["KMIKRO_STATE"]) / "spool"
        found: dict[str, Any] = {}

        def quiet() -> bool:
            found.update(json.loads(self.ground.run("tests.faults.look", self.ground.facts["schema"])))
            return found["waiting"] == 0 and not list(spool.glob("*.spool"))

        until(quiet, 90)
        return found


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _serves(pid: int) -> bool:
    """A worker has several threads; the process that folds the journal has one."""
    return "Threads:\t1\n" not in _text(Path(f"/proc/{pid}/status"))


@contextmanager
def serving(ground: Ground, mode: str) -> Iterator[Daemon]:
    daemon = Daemon(ground, mode)
    try:
        numbers = iter(range(1, 200))
        until(lambda: daemon.answers(next(numbers)) == ACCESS_ACCEPT, 60)
        yield daemon
    finally:
        daemon.process.terminate()
        try:
            daemon.process.wait(15)
        except subprocess.TimeoutExpired:
            daemon.process.kill()
            daemon.process.wait()


def missing(daemon: Daemon, found: dict[str, Any]) -> set[str]:
    return daemon.acked() - set(found["sessions"])


def counted_once(found: dict[str, Any]) -> bool:
    """Every session carried one octet, so the service has used as many as there are sessions."""
    return bool(found["used"] == len(found["sessions"])) and found["bad"] == 0


@pytest.mark.timeout(180)
def test_kill_9_of_a_worker_loses_nothing_acknowledged(ground: Ground) -> None:
    with serving(ground, "honest") as daemon:
        daemon.load()
        for _ in range(3):
            daemon.more(300)
            daemon.kill_worker()
        daemon.more(300)
        found = daemon.settle()
        assert missing(daemon, found) == set()
        assert counted_once(found)
        assert all(each.acked for each in daemon.routers)


@pytest.mark.timeout(180)
def test_acknowledging_early_does_lose(ground: Ground) -> None:
    """The control: the same fault and the same look, so the test above can fail."""
    with serving(ground, "early") as daemon:
        daemon.load()
        for _ in range(3):
            daemon.more(300)
            daemon.kill_worker()
        daemon.more(300)
        assert missing(daemon, daemon.settle())


@pytest.mark.timeout(240)
def test_kill_9_of_postgresql_loses_nothing_and_lets_people_in(ground: Ground) -> None:
    with serving(ground, "honest") as daemon:
        daemon.load()
        daemon.more(300)
        until(lambda: daemon.answers(900) == ACCESS_ACCEPT, 10)
        ground.cluster.kill()
        down_at = time.monotonic()
        daemon.more(600)  # the spool takes them
        until(lambda: time.monotonic() - down_at > 2.5, 5)
        assert daemon.answers(901) == ACCESS_ACCEPT  # from memory
        daemon.kill_worker()  # its spool file is left to the others
        daemon.more(300)
        ground.cluster.start()
        daemon.more(300)
        found = daemon.settle()
        assert missing(daemon, found) == set()
        assert counted_once(found)
        assert daemon.answers(902) == ACCESS_ACCEPT
