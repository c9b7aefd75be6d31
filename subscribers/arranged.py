"""What holds beside a plan for a time: another speed, extra data, a holiday. Pure: RADIUS and the pages both ask here.

Of two speeds the newer one holds. Extra data lies on top of one count: that of the whole service, or of the day, week
or month in which it was given. On a holiday nobody connects, and the end of the service has moved by its length.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

DATA, SPEED, PAUSE = "data", "speed", "pause"
TOTAL = "total"
NEVER = math.inf


class Arranged(NamedTuple):
    """One arrangement. Times in unix seconds; `ends_at` is NEVER where it holds as long as the service."""

    kind: str
    id: int
    starts_at: float
    ends_at: float
    octets: int = 0
    period: str = ""
    download_bps: int = 0
    upload_bps: int = 0

    def holds(self, at: float) -> bool:
        return self.starts_at <= at < self.ends_at


def rows_of(flat: Iterable[tuple[float | str, ...]]) -> tuple[Arranged, ...]:
    """What was kept as plain tuples."""
    return tuple(Arranged(*each) for each in flat)  # type: ignore[arg-type]  # in the order of its fields


def extra(rows: Iterable[Arranged], period: str, at: float) -> int:
    """Bytes on top of a count at a time."""
    return sum(each.octets for each in rows if each.kind == DATA and each.period == period and each.holds(at))


def speed(rows: Iterable[Arranged], at: float) -> Arranged | None:
    """The speed that holds at a time, None when it is the plan's."""
    found = [each for each in rows if each.kind == SPEED and each.holds(at)]
    return max(found, key=lambda each: each.id, default=None)


def holiday(rows: Iterable[Arranged], at: float) -> Arranged | None:
    """The holiday that goes on at a time."""
    found = [each for each in rows if each.kind == PAUSE and each.holds(at)]
    return max(found, key=lambda each: each.ends_at, default=None)


def next_holiday(rows: Iterable[Arranged], at: float) -> float | None:
    """When the next holiday begins."""
    return min((each.starts_at for each in rows if each.kind == PAUSE and each.starts_at > at), default=None)


def changes_at(rows: Sequence[Arranged], at: float) -> list[float]:
    """The moments still to come at which one of them begins or ends."""
    times = [time for each in rows for time in (each.starts_at, each.ends_at)]
    return [time for time in times if at < time < NEVER]
