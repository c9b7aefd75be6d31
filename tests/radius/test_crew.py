"""The parent of the workers, as a process of its own: restart, drain, and nobody left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.radius import vectors as v
from tests.radius.running import ADDRESS, until

SCRIPT = """
import os, signal, sys
from radius.crew import Crew
from radius.events import Port
from radius.server import Server
from radius.sockets import Endpoint
from tests.radius.fakes import World

def work(lifeline):
    server = Server(World(), Endpoint(Port.AUTH, "127.0.0.1", int(sys.argv[1])), Endpoint(Port.ACCT, "127.0.0.1", 0))
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    server.watch(lifeline)
    os.write(1, b"%d\\n" % os.getpid())  # in one piece: two workers write at once
    server.run()

Crew(work, 2).run()
"""


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


class Process:
    def __init__(self) -> None:
        self.port = free_port()
        self.parent = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(self.port)],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def next_worker(self) -> int:
        assert self.parent.stdout is not None
        return int(self.parent.stdout.readline())

    def answers(self) -> bool:
        """Does a new router get its answer?"""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as router:
            router.settimeout(2)
            router.sendto(v.G8, (ADDRESS, self.port))
            return router.recv(4096) == v.G8R


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def crew() -> Iterator[Process]:
    process = Process()
    yield process
    process.parent.kill()
    process.parent.wait()
    assert process.parent.stdout is not None
    process.parent.stdout.close()


def test_a_killed_worker_is_replaced_and_sigterm_leaves_none(crew: Process) -> None:
    first, second = crew.next_worker(), crew.next_worker()
    assert all(crew.answers() for _ in range(8))
    os.kill(first, signal.SIGKILL)
    third = crew.next_worker()
    assert third not in {first, second}
    assert all(crew.answers() for _ in range(8))
    crew.parent.send_signal(signal.SIGTERM)
    assert crew.parent.wait(10) == 0
    assert not any(map(is_alive, (first, second, third)))


def test_workers_end_when_their_parent_is_killed(crew: Process) -> None:
    workers = [crew.next_worker(), crew.next_worker()]
    crew.parent.kill()
    crew.parent.wait()
    until(lambda: not any(map(is_alive, workers)), 10)
