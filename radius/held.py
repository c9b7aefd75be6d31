"""Replies that leave late, so that guessing is slow; they wait in a heap and block nobody."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from radius.events import Port
from radius.sockets import Datagram

MOST = 16_384


class Held:
    """Bounded; `now` is monotonic seconds."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, bytes, Port, Datagram]] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._heap)

    @property
    def is_full(self) -> bool:
        return len(self._heap) >= MOST

    def until_next(self, now: float) -> float:
        """Seconds until the first may leave; there must be one."""
        return max(0.0, self._heap[0][0] - now)

    def put(self, at: float, reply: bytes, port: Port, datagram: Datagram) -> None:
        self._count += 1
        heapq.heappush(self._heap, (at, self._count, reply, port, datagram._replace(octets=b"")))

    def due(self, now: float) -> Iterator[tuple[bytes, Port, Datagram]]:
        """Those whose time has come."""
        while self._heap and self._heap[0][0] <= now:
            _, _, reply, port, datagram = heapq.heappop(self._heap)
            yield reply, port, datagram
