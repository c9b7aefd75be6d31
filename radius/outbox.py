"""Replies of one wake-up that leave together: who waits for them is woken once, not once for each."""

from __future__ import annotations

from collections import Counter

from radius.events import Source
from radius.sockets import Door

MOST = 32  # replies; the first waits while the others are made, about a millisecond


class Outbox:
    """`put` until the wake-up is over, then `flush`. What the kernel does not take is counted as `unsent`."""

    def __init__(self, counts: Counter[str]) -> None:
        self._counts = counts
        self._waiting: list[tuple[Door, bytes, Source, bytes]] = []

    def put(self, door: Door, reply: bytes, source: Source, via: bytes) -> None:
        self._waiting.append((door, reply, source, via))
        if len(self._waiting) >= MOST:
            self.flush()

    def flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        for door, reply, source, via in waiting:
            if not door.send(reply, source, via):
                self._counts["unsent"] += 1
