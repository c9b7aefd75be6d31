"""Speeds by the clock: at which hours of which days a plan is faster or slower. Pure; RADIUS and the forms both read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any

from kmikro.lib import timetable
from kmikro.lib.refusal import Refusal
from kmikro.lib.timetable import Window, windows_of
from subscribers.stages import FASTEST_BPS, SLOWEST_BPS

MOST = timetable.MOST_WINDOWS
_RATES = ("download_bps", "upload_bps")
_HOURS = ("days", "from", "to")


@dataclass(frozen=True, slots=True)
class Timed:
    """In these hours this speed (0: no limit). `number` is its place, from 1; of two that overlap the first holds."""

    number: int
    window: Window
    download_bps: int
    upload_bps: int


def speeds_of(rows: Any) -> tuple[Timed, ...]:
    """The speeds of `[{"days": [0], "from": "22:00", "to": "06:00", "download_bps": 1, "upload_bps": 1}]`.

    Raises Refusal when one is not so.
    """
    if not isinstance(rows, list):
        raise _bad("Speeds by the hour are a list.")
    if len(rows) > MOST:
        raise _bad(f"A plan has at most {MOST} speeds by the hour.")
    return tuple(_timed(number, row) for number, row in enumerate(rows, 1))


def _timed(number: int, row: Any) -> Timed:
    if not isinstance(row, dict) or set(row) != {*_HOURS, *_RATES}:
        raise _bad("A speed by the hour has days, from, to, download_bps and upload_bps.")
    try:
        (window,) = windows_of([{name: row[name] for name in _HOURS}])
    except Refusal as refusal:
        raise _bad(refusal.text) from None
    for name in _RATES:
        value = row[name]
        if type(value) is not int or not (value == 0 or SLOWEST_BPS <= value <= FASTEST_BPS):
            raise _bad("A speed by the hour is at least 8 kbps; 0 is no limit.")
    return Timed(number, window, row["download_bps"], row["upload_bps"])


def _bad(text: str) -> Refusal:
    return Refusal("bad_speed", text, field="speeds")


def standing(speeds: Sequence[Timed], now: float, zone: tzinfo) -> tuple[Timed | None, float | None]:
    """Which of them holds now (None: the plan's own speed), and when that may change next (None: never)."""
    holds: Timed | None = None
    changes = list[float]()
    for each in speeds:
        is_on, changes_at = timetable.standing((each.window,), now, zone)
        if changes_at is not None:
            changes.append(changes_at)
        if is_on and holds is None:
            holds = each
    return holds, min(changes, default=None)
