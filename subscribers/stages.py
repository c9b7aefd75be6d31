"""Fair use: from how many bytes of a day, week or month on which speed. Pure; RADIUS and the forms both read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kmikro.lib.refusal import Refusal
from kmikro.lib.timetable import PERIODS

MOST = 9
SLOWEST_BPS, FASTEST_BPS = 8_000, 10**11
LARGEST_BYTES = 10**15
_WORDS = {"period", "after_bytes", "download_bps", "upload_bps"}


@dataclass(frozen=True, slots=True)
class Stage:
    """After so many bytes, up and down together, this speed until the period ends. `number` is its place, from 1."""

    number: int
    period: str  # of kmikro.lib.timetable
    after_bytes: int
    download_bps: int
    upload_bps: int


def stages_of(rows: Any) -> tuple[Stage, ...]:
    """The stages of `[{"period": "day", "after_bytes": 5, "download_bps": 1, "upload_bps": 1}]`. Raises Refusal."""
    if not isinstance(rows, list):
        raise _bad("Stages are a list.")
    if len(rows) > MOST:
        raise _bad(f"A plan has at most {MOST} stages.")
    return tuple(_stage(number, row) for number, row in enumerate(rows, 1))


def _stage(number: int, row: Any) -> Stage:
    if not isinstance(row, dict) or set(row) != _WORDS:
        raise _bad("A stage has period, after_bytes, download_bps and upload_bps.")
    if row["period"] not in list(PERIODS):
        raise _bad("The period of a stage is day, week or month.")
    if not _within(row["after_bytes"], 1, LARGEST_BYTES):
        raise _bad("A stage begins after some number of bytes.")
    if not all(_within(row[name], SLOWEST_BPS, FASTEST_BPS) for name in ("download_bps", "upload_bps")):
        raise _bad("The speeds of a stage are at least 8 kbps; less carries nothing.")
    return Stage(number, row["period"], row["after_bytes"], row["download_bps"], row["upload_bps"])


def _within(value: Any, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _bad(text: str) -> Refusal:
    return Refusal("bad_stage", text, field="stages")


def reached(stages: Sequence[Stage], used: Mapping[str, int]) -> Stage | None:
    """The slowest of the stages whose bytes are used up (bytes by period), None while there is none."""
    over = [each for each in stages if used.get(each.period, 0) >= each.after_bytes]
    return min(over, key=lambda each: (each.download_bps, each.upload_bps), default=None)
