"""How long something is valid, and when that ends: elapsed time, or days and months of the ISP's calendar.

A day ends at the same wall time of the next one, though clocks change between them. A month ends on the day of the
month it is anchored to; a month that has no such day lends its last one, and the next takes the anchor's day again
(31 January, 28 February, 31 March): every end is counted from the anchor, never from the end before it.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from kmikro.lib import timetable

DAY_SECONDS = 86_400
MONTH_SECONDS = 30 * DAY_SECONDS  # where a length is only estimated
_LAST_YEAR = 9998  # of what datetime can hold, with a day to spare for zones


@dataclass(frozen=True, slots=True)
class Validity:
    """One of the three is not zero: calendar months, calendar days, or elapsed seconds."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    def __post_init__(self) -> None:
        given = (self.months, self.days, self.seconds)
        if min(given) < 0 or sum(map(bool, given)) != 1:
            raise ValueError(f"a validity is either months, days or seconds, and not {given}")

    @property
    def about_seconds(self) -> int:
        """Its length for estimates and for putting lengths in order, with months of 30 days."""
        return self.months * MONTH_SECONDS + self.days * DAY_SECONDS + self.seconds


def of(months: int | None, days: int | None, seconds: int | None) -> Validity | None:
    """The validity that three columns hold; None when all are empty: no end."""
    return Validity(months or 0, days or 0, seconds or 0) if months or days or seconds else None


def end(begun: float, validity: Validity, zone: tzinfo) -> float:
    """When what began at an instant (unix seconds) ends."""
    return nth_end(begun, validity, 1, zone)


def nth_end(anchor: float, validity: Validity, number: int, zone: tzinfo) -> float:
    """The end of the n-th term in a row that began at the anchor; 0 is the anchor itself.

    A local time that the clocks skip is the instant of their change, of one that happens twice the second counts.
    Raises OverflowError for an end beyond the calendar.
    """
    if validity.seconds:
        return anchor + number * validity.seconds
    if number == 0:
        return anchor
    local = datetime.fromtimestamp(anchor, zone).replace(tzinfo=None, fold=0)
    wall = _months(local, number * validity.months) + timedelta(days=number * validity.days)
    if wall.year > _LAST_YEAR:
        raise OverflowError("this end lies beyond the calendar")
    return timetable.instant(wall, zone, fold=1)


def next_end(anchor: float, validity: Validity, after: float, zone: tzinfo) -> float:
    """The first end in the row of the anchor that lies later than an instant; the anchor may lie in the future."""
    number = max(int((after - anchor) / validity.about_seconds) - 2, 1)
    while (
        number > 1 and nth_end(anchor, validity, number - 1, zone) > after
    ):  # months of 31 days run behind 30
        number -= 1
    while (ends := nth_end(anchor, validity, number, zone)) <= after:
        number += 1
    return ends


def _months(local: datetime, months: int) -> datetime:
    years, month = divmod(local.month - 1 + months, 12)
    year = local.year + years
    if year > _LAST_YEAR:
        raise OverflowError("this end lies beyond the calendar")
    return local.replace(year=year, month=month + 1, day=min(local.day, monthrange(year, month + 1)[1]))
