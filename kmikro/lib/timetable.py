"""When a plan is open, and when its day, week and month begin: local wall clocks turned into unix seconds.

Everything is asked for an instant and a zone. A local time that a change of clocks skips is the instant of the
change; one that happens twice opens at its first and closes at its second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any

from kmikro.lib.refusal import Refusal

DAY = 24 * 60  # minutes
MOST_WINDOWS = 16
PERIODS = ("day", "week", "month")
_AHEAD = 8  # days looked at: every weekly window comes round in them
_Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Window:
    """Open on these weekdays (Monday is 0) from one minute of the day to another; past midnight if that is earlier."""

    days: frozenset[int]
    opens: int
    closes: int


def windows_of(rows: Any) -> tuple[Window, ...]:
    """The windows of `[{"days": [0, 4], "from": "08:00", "to": "22:00"}]`. Raises Refusal when one is not so."""
    if not isinstance(rows, list):
        raise _bad("Times are a list.")
    if len(rows) > MOST_WINDOWS:
        raise _bad(f"At most {MOST_WINDOWS} times can be given.")
    return tuple(map(_window, rows))


def _window(row: Any) -> Window:
    if not isinstance(row, dict) or set(row) != {"days", "from", "to"}:
        raise _bad("A time has days, from and to.")
    days = row["days"]
    if (
        not isinstance(days, list)
        or not days
        or not all(type(each) is int and 0 <= each < 7 for each in days)
    ):
        raise _bad("Days are numbers from 0 (Monday) to 6 (Sunday), at least one.")
    opens, closes = _minutes(row["from"]), _minutes(row["to"])
    if opens == DAY:
        raise _bad("A time cannot begin at 24:00; say 00:00 of the next day.")
    return Window(frozenset(days), opens, closes)


def _minutes(text: Any) -> int:
    if isinstance(text, str) and len(text) == 5 and text[2] == ":" and (text[:2] + text[3:]).isascii():
        hours, minutes = text[:2], text[3:]
        if hours.isdigit() and minutes.isdigit() and int(minutes) < 60:
            total = int(hours) * 60 + int(minutes)
            if total <= DAY:
                return total
    raise _bad("A time is written 08:00; the end of a day is 24:00.")


def _bad(text: str) -> Refusal:
    return Refusal("bad_time", text, field="windows")


def standing(windows: Sequence[Window], now: float, zone: tzinfo) -> tuple[bool, float | None]:
    """Is it open now, and when does that change? None: never, or not within a week."""
    for begins, ends in _spans(tuple(windows), zone, _day_of(now, zone)):
        if now < begins:
            return False, begins
        if now < ends:
            return True, ends if ends - now < (_AHEAD - 1) * 86_400 else None
    return False, None


@lru_cache(maxsize=4096)
def _spans(windows: tuple[Window, ...], zone: tzinfo, today: date) -> tuple[_Span, ...]:
    """The open times from yesterday on for some days, joined where they touch, in unix seconds."""
    found = [
        (_at(day, each.opens, zone), _at(day, _end(each), zone, fold=1))
        for ahead in range(-1, _AHEAD + 1)
        for day in (today + timedelta(days=ahead),)
        for each in windows
        if day.weekday() in each.days
    ]
    joined: list[_Span] = []
    for begins, ends in sorted(found):
        if joined and begins <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(ends, joined[-1][1]))
        elif ends > begins:
            joined.append((begins, ends))
    return tuple(joined)


def _end(window: Window) -> int:
    return window.closes if window.closes > window.opens else window.closes + DAY


def _at(day: date, minute: int, zone: tzinfo, fold: int = 0) -> float:
    more, minute = divmod(minute, DAY)
    day += timedelta(days=more)
    return instant(datetime.combine(day, time(minute // 60, minute % 60)), zone, fold)


def instant(wall: datetime, zone: tzinfo, fold: int = 0) -> float:
    """The unix seconds of a local time (without zone); `fold` 1 takes the second of two that are called the same."""
    there = wall.replace(tzinfo=zone, fold=0)
    early, late = there.timestamp(), there.replace(fold=1).timestamp()
    if early > late:  # the clock skips this wall time: both readings miss it, the change lies between them
        return _change(late, early, zone)
    return late if fold else early


def _change(low: float, high: float, zone: tzinfo) -> float:
    """The instant between two at which the zone's offset changes, to the second."""
    before = datetime.fromtimestamp(low, zone).utcoffset()
    first, last = int(low), int(high)
    while last - first > 1:
        middle = (first + last) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == before:
            first = middle
        else:
            last = middle
    return float(last)


def _day_of(now: float, zone: tzinfo) -> date:
    return datetime.fromtimestamp(now, zone).date()


def period(name: str, now: float, zone: tzinfo) -> _Span:
    """Begin and end of the day, week (from Monday) or month in which `now` lies, in unix seconds."""
    return _period(name, _day_of(now, zone), zone)


@lru_cache(maxsize=4096)
def _period(name: str, today: date, zone: tzinfo) -> _Span:
    if name == "day":
        first, after = today, today + timedelta(days=1)
    elif name == "week":
        first = today - timedelta(days=today.weekday())
        after = first + timedelta(days=7)
    elif name == "month":
        first = today.replace(day=1)
        after = (first + timedelta(days=31)).replace(day=1)
    else:
        raise ValueError(f"{name!r} is no period; there are {', '.join(PERIODS)}.")
    return _at(first, 0, zone), _at(after, 0, zone)
