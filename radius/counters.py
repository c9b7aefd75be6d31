"""Counters of 32 bits of routers that send no Gigawords: how often they wrapped, whatever the order of arrival.

A router's readings are put in the order of its own session time. Where a counter falls from one reading to the next,
it wrapped once. That is right while less than 2**32 octets pass between two readings: at 100 Mb/s they must be at
most 300 s apart (RFC 2869, section 5.1, is why Gigawords exist).
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

WRAP = 1 << 32
MOST = 32  # readings kept one by one; a record may come after as many younger ones of its session and still count

Reading = tuple[int, int, int]  # session time, upload, download


class Base(NamedTuple):
    """What the oldest readings came to, when there were more than are kept."""

    seconds: int
    upload: int
    download: int
    upload_wraps: int
    download_wraps: int


class Readings(NamedTuple):
    """The readings of one session, sorted; nothing that is not younger than `base` is among them."""

    base: Base | None = None
    kept: tuple[Reading, ...] = ()

    def add(self, new: Reading) -> Readings:
        """One reading more; one that is there already, or older than what was added up, changes nothing."""
        if new in self.kept or (self.base is not None and new[0] <= self.base.seconds):
            return self
        kept = tuple(sorted((*self.kept, new)))
        if len(kept) <= MOST:
            return Readings(self.base, kept)
        oldest = kept[0][0]
        first = tuple(each for each in kept if each[0] == oldest)
        return Readings(_end(self.base, first), kept[len(first) :])

    def end(self) -> Base:
        """The last values of both counters and how often each has wrapped."""
        return _end(self.base, self.kept)


NOTHING = Readings()


def _end(base: Base | None, readings: tuple[Reading, ...]) -> Base:
    seconds, *last, upload_wraps, download_wraps = base or Base(0, 0, 0, 0, 0)
    wraps = [upload_wraps, download_wraps]
    for way in (0, 1):
        # Of several readings at one session time the lowest is the first: nothing wraps within a second.
        line = sorted((each[0], each[1 + way]) for each in readings)
        values = [last[way], *(value for _, value in line)]
        wraps[way] += sum(after < before for before, after in pairwise(values))
        last[way] = values[-1]
    return Base(readings[-1][0] if readings else seconds, last[0], last[1], wraps[0], wraps[1])


def beyond(upload: int, download: int, seconds: int) -> Readings:
    """Readings that go on from totals of which nothing else is known."""
    return Readings(Base(seconds, upload % WRAP, download % WRAP, upload // WRAP, download // WRAP))
