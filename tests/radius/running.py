"""A RADIUS server in a thread, a router that speaks to it, and patience with a deadline."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from radius.events import Port
from radius.server import Server
from radius.sockets import Endpoint
from tests.radius import vectors as v
from tests.radius.fakes import World

ADDRESS = "127.0.0.1"


class Running:
    """A server in its own thread and a router that speaks to it."""

    def __init__(
        self, world: World, address: str = ADDRESS, prepare: Callable[[Running], object] = lambda each: None
    ) -> None:
        self.world = world
        self.server = Server(world, Endpoint(Port.AUTH, address, 0), Endpoint(Port.ACCT, address, 0))
        self.auth = self.server.endpoints[Port.AUTH].number
        self.acct = self.server.endpoints[Port.ACCT].number
        self.router = self.another()
        prepare(self)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()

    def another(self, address: str = ADDRESS) -> socket.socket:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.bind((address, 0))
        opened.settimeout(5)
        return opened

    def ask(self, datagram: bytes, port: int | None = None, router: socket.socket | None = None) -> bytes:
        router = router or self.router
        router.sendto(datagram, (ADDRESS, port or self.auth))
        return router.recv(4096)

    def is_silent(self, datagram: bytes, port: int | None = None, counter: str = "") -> bool:
        """No reply to the datagram, shown by the counter that grew and by the next answer being another's."""
        before = self.server.counts[counter]
        self.router.sendto(datagram, (ADDRESS, port or self.auth))
        until(lambda: self.server.counts[counter] == before + 1)
        reply = self.ask(v.access(b"", 250, code=12))
        return reply[1] == 250

    def close(self) -> None:
        self.server.stop()
        self.thread.join(10)
        self.router.close()
        assert not self.thread.is_alive()


def until(holds: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not holds():
        assert time.monotonic() < deadline, "it did not come to pass"
        pause.wait(0.002)


@contextmanager
def running(
    world: World, address: str = ADDRESS, prepare: Callable[[Running], object] = lambda each: None
) -> Generator[Running, None, None]:
    server = Running(world, address, prepare)
    try:
        yield server
    finally:
        server.close()
