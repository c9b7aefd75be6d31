"""How much an agent may sell in an hour and on a day, and when it is free again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """None is no limit. An hour is the last sixty minutes, a day the ISP's calendar day."""

    per_hour: int | None = None
    per_day: int | None = None
    per_day_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Sold:
    """What was sold already: the moments of the last hour, oldest first, and the day's vouchers and worth."""

    hour: Sequence[datetime]
    day: int
    day_minor: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Which limit says no, and when it says yes; free_at None: never, for so much at once."""

    limit: str
    most: int
    free_at: datetime | None


def wait(limits: Limits, sold: Sold, count: int, minor: int, midnight: datetime) -> Wait | None:
    """What hinders selling so many vouchers worth so much now; of several limits the one that lasts longest."""
    waits = []
    most = limits.per_hour
    if most is not None and len(sold.hour) + count > most:
        first = len(sold.hour) + count - most - 1  # when this one is an hour old there is room
        waits.append(Wait("per_hour", most, None if count > most else sold.hour[first] + HOUR))
    if limits.per_day is not None and sold.day + count > limits.per_day:
        waits.append(Wait("per_day", limits.per_day, None if count > limits.per_day else midnight))
    most = limits.per_day_minor
    if most is not None and sold.day_minor + minor > most:
        waits.append(Wait("per_day_minor", most, None if minor > most else midnight))
    never = [each for each in waits if each.free_at is None]
    return next(iter(never), None) or max(waits, key=lambda each: each.free_at or midnight, default=None)
