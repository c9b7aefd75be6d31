"""Speeds by the hour: read strictly, and the first whose hours it is holds until one of them changes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.refusal import Refusal
from subscribers.speeds import speeds_of, standing

NAIROBI = ZoneInfo("Africa/Nairobi")
ROW = {"days": list(range(7)), "from": "22:00", "to": "06:00", "download_bps": 20_000_000, "upload_bps": 0}
EVENING = {**ROW, "from": "18:00", "to": "23:00", "download_bps": 1_000_000}


def at(hour: int, minute: int = 0) -> float:
    return datetime(2026, 11, 25, hour, minute, tzinfo=NAIROBI).timestamp()


def test_they_are_numbered_as_they_are_listed() -> None:
    assert [(each.number, each.download_bps, each.upload_bps) for each in speeds_of([ROW, EVENING])] == [
        (1, 20_000_000, 0),
        (2, 1_000_000, 0),
    ]
    assert speeds_of([]) == ()


@pytest.mark.parametrize(
    "bad",
    [
        *(None, [None], [{}], [{**ROW, "more": 1}], [ROW] * 17),
        *([{**ROW, "days": []}], [{**ROW, "from": "24:00"}], [{**ROW, "to": "6"}]),
        *([{**ROW, "download_bps": 7_999}], [{**ROW, "upload_bps": True}], [{**ROW, "upload_bps": 10**12}]),
    ],
)
def test_what_is_none_is_refused(bad: Any) -> None:
    with pytest.raises(Refusal) as refused:
        speeds_of(bad)
    assert refused.value.field == "speeds"


@pytest.mark.parametrize(
    ("hour", "number", "changes"),
    [(12, None, 18), (18, 2, 22), (22, 1, 23), (23, 1, 30), (5, 1, 6), (6, None, 18)],
)
def test_the_first_whose_hours_it_is_holds(hour: int, number: int | None, changes: int) -> None:
    holds, changes_at = standing(speeds_of([ROW, EVENING]), at(hour), NAIROBI)
    assert (None if holds is None else holds.number) == number
    assert changes_at == at(0) + changes * 3600


@given(minute=st.integers(0, 14 * 24 * 60))
def test_until_it_changes_it_stays(minute: int) -> None:
    speeds = speeds_of([{**ROW, "days": [0, 2]}, {**EVENING, "days": [2, 5, 6]}])
    now = at(0) + minute * 60
    holds, changes_at = standing(speeds, now, NAIROBI)
    assert changes_at is not None
    assert now < changes_at
    for share in (0.25, 0.5, 0.99):
        assert standing(speeds, now + (changes_at - now) * share, NAIROBI)[0] == holds


def test_all_day_and_every_day_never_changes() -> None:
    holds, changes_at = standing(speeds_of([{**ROW, "from": "00:00", "to": "24:00"}]), at(9), NAIROBI)
    assert holds is not None
    assert changes_at is None
