"""Renewals in a row: month ends, clocks that change, ends that were moved, and what of the data comes along."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib import validity
from kmikro.lib.validity import Validity
from subscribers import periods
from subscribers.periods import Term

NAIROBI, NEW_YORK = ZoneInfo("Africa/Nairobi"), ZoneInfo("America/New_York")
MONTH, DAY = Validity(months=1), Validity(days=1)


def at(month: int, day: int, hour: int = 10, year: int = 2027, zone: ZoneInfo = NAIROBI) -> float:
    return datetime(year, month, day, hour, tzinfo=zone).timestamp()


def test_months_in_a_row_keep_the_day_that_they_began_on() -> None:
    term: Term | None = periods.first(at(1, 31), at(2, 28), MONTH, NAIROBI)
    assert term is not None
    ends = []
    for _ in range(4):
        assert term is not None
        assert term.ends is not None
        term = periods.following(term, term.ends, term.ends - 3600, MONTH, NAIROBI)
        ends.append(term.ends)
    assert ends == [at(3, 31), at(4, 30), at(5, 31), at(6, 30)]


def test_after_the_end_it_begins_at_once() -> None:
    last = Term(at(1, 31), at(2, 28), at(1, 31), 1)
    assert periods.following(last, at(2, 28), at(3, 5), MONTH, NAIROBI) == Term(
        at(3, 5), at(4, 5), at(3, 5), 1
    )


def test_where_the_end_was_moved_a_new_row_begins_there() -> None:
    last = Term(at(1, 31), at(2, 28), at(1, 31), 1)
    term = periods.following(last, at(3, 2), at(3, 1), MONTH, NAIROBI)
    assert term == Term(at(3, 2), at(4, 2), at(3, 2), 1)
    assert periods.first(at(1, 31), at(3, 2), MONTH, NAIROBI) is None


def test_a_day_is_a_day_when_clocks_change() -> None:
    begun = at(3, 13, 12, zone=NEW_YORK)
    term = periods.following(None, begun, begun - 60, DAY, NEW_YORK)
    assert (term.begins, term.ends) == (begun, at(3, 14, 12, zone=NEW_YORK))
    assert term.ends is not None
    assert term.ends - term.begins == 23 * 3600


def test_without_validity_nothing_ends() -> None:
    assert periods.following(None, None, 5.0, None, NAIROBI) == Term(5.0, None, 5.0, 1)
    assert periods.first(5.0, None, None, NAIROBI) is None


@given(
    begun=st.integers(1_700_000_000, 1_900_000_000),
    valid=st.builds(Validity, months=st.integers(1, 14)) | st.builds(Validity, days=st.integers(1, 60)),
    zone=st.sampled_from([NAIROBI, NEW_YORK, ZoneInfo("Australia/Lord_Howe")]),
    early=st.lists(st.integers(1, 86_000), min_size=1, max_size=8),
)
def test_however_early_each_is_paid_the_row_ends_where_the_calendar_says(
    begun: int, valid: Validity, zone: ZoneInfo, early: list[int]
) -> None:
    ends = validity.end(begun, valid, zone)
    term = periods.first(begun, ends, valid, zone)
    for seconds in early:
        assert term is not None
        assert term.ends is not None
        before = term.ends
        term = periods.following(term, before, before - seconds, valid, zone)
        assert term.begins == before, "no gap and no overlap"
    assert term is not None
    assert term.ends == validity.nth_end(begun, valid, len(early) + 1, zone)


@pytest.mark.parametrize(
    ("rule", "runs", "most", "comes"),
    [
        ("", True, None, 0),
        ("early", True, None, 40),
        ("early", False, None, 0),
        ("always", False, None, 40),
        ("always", True, 30, 30),
    ],
)
def test_what_of_the_data_comes_along(rule: str, runs: bool, most: int | None, comes: int) -> None:
    assert periods.carried(100, 20, 80, runs=runs, rule=rule, most=most) == comes
    assert periods.carried(None, 20, 80, runs=runs, rule=rule, most=most) == 0


@given(
    limit=st.integers(0, 10**15), extra=st.integers(0, 10**12), used=st.integers(0, 10**16), runs=st.booleans(),
    rule=st.sampled_from(["", "early", "always"]), most=st.none() | st.integers(0, 10**15),
)  # fmt: skip
def test_never_more_than_was_left(
    limit: int, extra: int, used: int, runs: bool, rule: str, most: int | None
) -> None:
    comes = periods.carried(limit, extra, used, runs=runs, rule=rule, most=most)
    assert 0 <= comes <= max(0, limit + extra - used)
    assert most is None or comes <= most
