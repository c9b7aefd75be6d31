"""Routers behind one public address, told apart by the port of ours that each of them asks.

A process of its own, like RadSec: one socket for each port that a route names, within the range of the settings. Both
kinds of packets come to one port. Tenant and router are found by receiving port and source address alone.
"""

from __future__ import annotations

import logging
import selectors
import time
from collections.abc import Collection
from datetime import UTC, datetime

from django.conf import settings

from radius.behind import LiveWorker
from radius.directory import LiveDirectory, read_apart
from radius.events import Port, Source
from radius.floods import Floods
from radius.ports import Worker
from radius.posts import Post
from radius.quiet import Quiet
from radius.server import Server
from radius.sockets import Datagram, Endpoint, Inlet, files_allowed
from radius.wire import ACCOUNTING_REQUEST

log = logging.getLogger("radius.apart")

PAUSE = 1.0  # seconds between two looks at which ports are named
_TO = " to "


def name_of(address: str, number: int) -> str:
    """How a router is found in the directory of this process, and its exchanges by the engine."""
    return f"{address}{_TO}{number}"


class Ports:
    """Many sockets as one door of the server; `port` is that of the packet at hand."""

    def __init__(self, address: str) -> None:
        self.port = Port.AUTH
        self._address = address
        self._selector = selectors.EpollSelector()
        self._held: dict[int, Endpoint] = {}
        self._quiet = Quiet(60.0)

    @property
    def numbers(self) -> set[int]:
        return set(self._held)

    def fileno(self) -> int:
        return self._selector.fileno()

    def hold(self, wanted: Collection[int]) -> None:
        """Open the ports that are wanted and are not open yet, close those that nobody wants any more."""
        for number in self.numbers.difference(wanted):
            endpoint = self._held.pop(number)
            self._selector.unregister(endpoint)
            endpoint.close()
        for number in sorted(set(wanted) - self.numbers):
            try:
                endpoint = Endpoint(Port.AUTH, self._address, number)
            except OSError as error:
                if self._quiet.may(str(number), time.monotonic()):
                    log.error(
                        "a port of a router cannot be used", extra={"port": number, "why": error.strerror}
                    )
                continue
            self._held[number] = endpoint
            self._selector.register(endpoint, selectors.EVENT_READ, data=endpoint)

    def receive(self, most: int, now: float) -> list[Datagram]:
        """As many of each port, so that a flood at one is not in the way of another."""
        ready = self._selector.select(0)
        batch: list[Datagram] = []
        for key, _ in ready:
            number = key.data.number
            for each in key.data.receive(max(1, most // len(ready)), now):
                batch.append(each._replace(source=(name_of(each.source[0], number), each.source[1])))
        return batch

    def send(self, reply: bytes, source: Source, via: bytes) -> bool:
        address, _, number = source[0].partition(_TO)
        endpoint = self._held.get(int(number))
        return endpoint is not None and endpoint.send(reply, (address, source[1]), via)

    def deafen(self) -> None:
        for each in self._held.values():
            each.deafen()

    def close(self) -> None:
        for each in self._held.values():
            each.close()
        self._selector.close()


class ApartServer(Server):
    """The same server behind those ports; which of them are open follows its directory."""

    def __init__(
        self, worker: Worker, ports: Ports, directory: LiveDirectory, allowed: Collection[int]
    ) -> None:
        super().__init__(worker, ports, ports)
        self.ports, self._directory, self._allowed = ports, directory, frozenset(allowed)
        self._looked_at = float("-inf")

    def turn(self, patience: float) -> None:
        now = time.monotonic()
        if now - self._looked_at >= PAUSE and not self.stopping:
            self._looked_at = now
            named = {int(each.partition(_TO)[2]) for each in self._directory.names() if _TO in each}
            self.ports.hold(named & self._allowed)
        super().turn(min(patience, PAUSE))

    def _take(self, endpoint: Inlet, datagram: Datagram, wall: float, now: float) -> None:
        self.ports.port = Port.ACCT if datagram.octets[:1] == bytes((ACCOUNTING_REQUEST,)) else Port.AUTH
        super()._take(self.ports, datagram, wall, now)


def serve(address: str, post: Post) -> None:
    """Serve until SIGTERM, or until the lifeline closes because the parent is gone; then drain."""
    directory = LiveDirectory(lambda: read_apart(name_of, datetime.now(UTC)))
    worker = LiveWorker(directory=directory)
    worker.start_at(post)
    files_allowed(len(settings.RADIUS_EXTRA_PORTS))  # 1,024 is usual, and there may be as many ports
    server = ApartServer(worker, Ports(address), directory, settings.RADIUS_EXTRA_PORTS)
    server.floods = Floods(settings.RADIUS_INVALID_PER_SECOND)
    worker.tracing.attach(server)
    server.dropped = worker.store.dropped
    worker.teller.counts = server.counts
    server.serve(post)
