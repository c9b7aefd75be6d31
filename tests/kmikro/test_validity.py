"""Ends of validities: days and months by the calendar of a zone, anchored, through changes of clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib import validity
from kmikro.lib.validity import Validity, end, next_end, nth_end
from tests.kmikro.test_timetable import NAIROBI, NEW_YORK, ZONES, at

DAY, MONTH = Validity(days=1), Validity(months=1)
NAMES = st.sampled_from(ZONES)
INSTANTS = st.floats(1.5e9, 2.0e9)
TERMS = st.one_of(
    st.builds(Validity, months=st.integers(1, 24)),
    st.builds(Validity, days=st.integers(1, 400)),
    st.builds(Validity, seconds=st.integers(60, 10**8)),
)


@pytest.mark.parametrize(
    ("zone", "begun", "valid", "ends"),
    [
        # The last day of March (mikhmon #5), leap years, years' ends.
        (NAIROBI, (2026, 3, 31, 10, 0), DAY, (2026, 4, 1, 10, 0)),
        (NAIROBI, (2026, 12, 31, 23, 59, 59), DAY, (2027, 1, 1, 23, 59, 59)),
        (NAIROBI, (2028, 2, 28, 8, 0), DAY, (2028, 2, 29, 8, 0)),
        (NAIROBI, (2026, 1, 31, 10, 0), MONTH, (2026, 2, 28, 10, 0)),
        (NAIROBI, (2028, 1, 31, 10, 0), MONTH, (2028, 2, 29, 10, 0)),
        (NAIROBI, (2028, 2, 29, 10, 0), Validity(months=12), (2029, 2, 28, 10, 0)),
        (NAIROBI, (2026, 12, 15, 0, 0), MONTH, (2027, 1, 15, 0, 0)),
        # A day of 23 hours and one of 25; a wall time that is skipped ends as the clocks change.
        (NEW_YORK, (2026, 3, 7, 12, 0), DAY, (2026, 3, 8, 12, 0)),
        (NEW_YORK, (2026, 10, 31, 12, 0), DAY, (2026, 11, 1, 12, 0)),
        (NEW_YORK, (2026, 3, 7, 2, 30), DAY, (2026, 3, 8, 3, 0)),
        (NEW_YORK, (2026, 2, 8, 2, 30), MONTH, (2026, 3, 8, 3, 0)),
        # Elapsed hours do not care for clocks.
        (NEW_YORK, (2026, 3, 7, 12, 0), Validity(seconds=86_400), (2026, 3, 8, 13, 0)),
    ],
)
def test_ends(zone: ZoneInfo, begun: tuple[int, ...], valid: Validity, ends: tuple[int, ...]) -> None:
    assert end(at(zone, *begun), valid, zone) == at(zone, *ends)


def test_of_a_wall_time_that_happens_twice_the_second_ends_it() -> None:
    ends = end(at(NEW_YORK, 2026, 10, 31, 1, 30), DAY, NEW_YORK)
    assert ends == at(NEW_YORK, 2026, 11, 1, 1, 30, fold=1)
    assert ends - at(NEW_YORK, 2026, 10, 31, 1, 30) == 25 * 3600


def test_months_come_back_to_the_day_of_their_anchor() -> None:
    anchor = at(NAIROBI, 2026, 1, 31, 9, 15)
    days = [datetime.fromtimestamp(nth_end(anchor, MONTH, n, NAIROBI), NAIROBI).day for n in range(1, 8)]
    assert days == [28, 31, 30, 31, 30, 31, 31]
    after_february = at(NAIROBI, 2026, 2, 28, 9, 15)
    assert next_end(anchor, MONTH, after_february, NAIROBI) == at(NAIROBI, 2026, 3, 31, 9, 15)


def test_the_fraction_of_a_second_stays() -> None:
    assert end(1_800_000_000.25, MONTH, NAIROBI) % 1 == 0.25


@given(INSTANTS, TERMS, NAMES, st.integers(1, 40))
def test_each_term_ends_after_the_one_before(
    anchor: float, valid: Validity, zone: ZoneInfo, number: int
) -> None:
    assert nth_end(anchor, valid, number, zone) > nth_end(anchor, valid, number - 1, zone)


@given(INSTANTS, TERMS, NAMES, st.floats(-3e7, 2e8))
def test_the_next_end_is_the_first_in_the_row_that_is_later(
    anchor: float, valid: Validity, zone: ZoneInfo, later: float
) -> None:
    after = anchor + later
    ends = next_end(anchor, valid, after, zone)
    number = 1
    while nth_end(anchor, valid, number, zone) != ends:
        assert nth_end(anchor, valid, number, zone) <= after
        number += max(1, int((ends - nth_end(anchor, valid, number, zone)) / valid.about_seconds) - 3)
    assert ends > after
    assert number == 1 or nth_end(anchor, valid, number - 1, zone) <= after


@given(INSTANTS, st.integers(1, 400), NAMES)
def test_days_end_at_the_wall_time_they_began_at(begun: float, days: int, zone: ZoneInfo) -> None:
    began = datetime.fromtimestamp(begun, zone)
    ended = datetime.fromtimestamp(end(begun, Validity(days=days), zone), zone)
    wanted = (began + timedelta(days=days)).replace(fold=0)
    if wanted.astimezone(UTC).astimezone(zone).replace(fold=0) == wanted:  # the wall time exists
        assert ended.replace(tzinfo=None, fold=0) == wanted.replace(tzinfo=None)


@given(INSTANTS, st.integers(1, 30), NAMES)
def test_a_month_is_never_longer_than_the_calendar_says(begun: float, months: int, zone: ZoneInfo) -> None:
    length = end(begun, Validity(months=months), zone) - begun
    assert months * 28 * 86_400 - 86_400 * 2 <= length <= months * 31 * 86_400 + 86_400


@pytest.mark.parametrize("wrong", [(0, 0, 0), (1, 1, 0), (0, 1, 60), (-1, 0, 0), (0, -1, 2)])
def test_a_validity_is_one_length(wrong: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="either"):
        Validity(*wrong)


def test_what_columns_hold() -> None:
    assert validity.of(None, None, None) is None
    assert validity.of(2, None, None) == Validity(months=2)
    assert validity.of(None, None, 90) == Validity(seconds=90)
    assert Validity(months=2).about_seconds == 60 * 86_400
    assert validity.Validity(days=3).about_seconds == 3 * 86_400


@pytest.mark.parametrize("far", [Validity(months=12 * 8000), Validity(days=365 * 7990)])
def test_an_end_beyond_the_calendar_is_said(far: Validity) -> None:
    with pytest.raises(OverflowError):
        end(1.8e9, far, NAIROBI)
