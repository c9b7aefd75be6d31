"""The parent of the workers, as a process of its own: restart, drain, and nobody left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
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

def work(post):
    if sys.argv[3:] and post.replaces:
        raise RuntimeError("the new ones do not come up")
    server = Server(World(), Endpoint(Port.AUTH, "127.0.0.1", int(sys.argv[1])), Endpoint(Port.ACCT, "127.0.0.1", 0))
    os.write(1, b"%d\\n" % os.getpid())  # in one piece: two workers write at once
    server.serve(post)

Crew(work, 2, stuck=float(sys.argv[2])).run()
"""


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


class Process:
    def __init__(self, *, stuck: float = 60.0, broken: bool = False) -> None:
        self.port = free_port()
        self.parent = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(self.port), str(stuck), *(["broken"] if broken else [])],
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

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.parent.kill()
        self.parent.wait()
        assert self.parent.stdout is not None
        self.parent.stdout.close()


class Load:
    """Routers that ask without a pause, and ask again after half a second without an answer, three times."""

    def __init__(self, port: int) -> None:
        self.answers: list[list[bytes]] = []  # of each question
        self._port, self._over = port, threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(4)]

    def __enter__(self) -> Load:
        for each in self._threads:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for each in self._threads:
            each.join()

    def _run(self) -> None:
        while not self._over.is_set():
            with socket.socket(
                socket.AF_INET, socket.SOCK_DGRAM
            ) as router:  # a new port, so any of the workers
                router.settimeout(0.5)
                heard: list[bytes] = []
                self.answers.append(heard)
                for _ in range(3):
                    router.sendto(v.G1, (ADDRESS, self._port))
                    try:
                        heard.append(router.recv(4096))
                        break
                    except TimeoutError:
                        continue
                router.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    heard.append(router.recv(4096))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.fixture
def crew() -> Iterator[Process]:
    with Process() as process:
        yield process


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


def test_sighup_replaces_all_and_no_question_goes_unanswered_or_is_answered_twice(crew: Process) -> None:
    old = {crew.next_worker(), crew.next_worker()}
    with Load(crew.port) as load:
        until(lambda: len(load.answers) > 50, 30)
        for _ in range(3):
            crew.parent.send_signal(signal.SIGHUP)
            new = {crew.next_worker(), crew.next_worker()}
            assert not new & old
            until(lambda gone=old: not any(map(is_alive, gone)), 30)
            assert all(map(is_alive, new))
            old = new
        many = len(load.answers)
        until(lambda: len(load.answers) > many + 50, 30)
    assert {len(heard) for heard in load.answers} == {1}
    assert all(v.is_genuine(heard[0], v.RA) for heard in load.answers)


def test_a_reload_whose_new_worker_does_not_serve_leaves_the_old_ones() -> None:
    with Process(broken=True) as crew:
        old = {crew.next_worker(), crew.next_worker()}
        assert crew.answers()
        crew.parent.send_signal(signal.SIGHUP)
        children = Path(f"/proc/{crew.parent.pid}/task/{crew.parent.pid}/children")
        until(lambda: len(children.read_text().split()) == 3, 10)  # the new one
        until(lambda: {int(pid) for pid in children.read_text().split()} == old, 10)
        assert all(crew.answers() for _ in range(8))


def test_a_stuck_worker_is_replaced() -> None:
    with Process(stuck=1.5) as crew:
        first, second = crew.next_worker(), crew.next_worker()
        os.kill(first, signal.SIGSTOP)
        third = crew.next_worker()
        assert third not in {first, second}
        until(lambda: not is_alive(first), 10)
        assert is_alive(second)
        assert all(crew.answers() for _ in range(8))
