"""A server on a clock of its own: nothing passes until a test says so, and every reply has its moment."""

from __future__ import annotations

import socket
import sys
import time
from collections import deque
from types import SimpleNamespace

import pytest

from radius.events import Port, Source
from radius.server import Server
from radius.sockets import Datagram
from tests.radius.fakes import World

WALL = 1_700_000_000.0


class Clock:
    """Monotonic and wall time in one; both stand still."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def monotonic(self) -> float:
        return self.now

    def perf_counter(self) -> float:
        return self.now

    def time(self) -> float:
        return WALL + self.now


class Stage:
    """One of the two doors: what is put in is received in the next turn, what is sent is kept with its moment."""

    def __init__(self, port: Port, clock: Clock) -> None:
        self.port, self.clock = port, clock
        self.waiting: deque[Datagram] = deque()
        self.sent: list[tuple[float, bytes, Source]] = []
        self._inside, self._outside = socket.socketpair()

    def put(self, octets: bytes, source: Source = ("127.0.0.1", 40_000)) -> None:
        if not self.waiting:
            self._outside.send(b"!")
        self.waiting.append(Datagram(octets, source, b"", self.clock.time()))

    def fileno(self) -> int:
        return self._inside.fileno()

    def close(self) -> None:
        self._inside.close()
        self._outside.close()

    def receive(self, most: int, now: float) -> list[Datagram]:
        batch = [self.waiting.popleft() for _ in range(min(most, len(self.waiting)))]
        if not self.waiting:
            self._inside.recv(16)
        return batch

    def send(self, reply: bytes, source: Source, via: bytes) -> bool:
        self.sent.append((self.clock.now, reply, source))
        return True


class Play:
    """A server with a world in memory, its two doors and its clock."""

    def __init__(self, patch: pytest.MonkeyPatch, world: World | None = None) -> None:
        self.clock = Clock()
        still = {name: getattr(self.clock, name) for name in ("monotonic", "perf_counter", "time")}
        ours = SimpleNamespace(**(vars(time) | still))
        for name, module in list(sys.modules.items()):
            if name.startswith("radius.") and getattr(module, "time", None) is time:
                patch.setattr(module, "time", ours)
        self.world = world or World()
        self.auth, self.acct = Stage(Port.AUTH, self.clock), Stage(Port.ACCT, self.clock)
        self.server = Server(self.world, self.auth, self.acct)

    def turn(self) -> None:
        self.server.turn(0.0)

    def pass_time(self, seconds: float, step: float = 0.001) -> None:
        """Let time pass, a turn at every step."""
        ends = self.clock.now + seconds
        while self.clock.now < ends:
            self.clock.now = min(ends, self.clock.now + step)
            self.turn()
