"""Counters of 32 bits: wraps are found whatever the order of arrival, with a bounded number of readings."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from radius.counters import MOST, NOTHING, WRAP, Base, Reading, Readings, beyond


def readings(told: list[Reading], begin: Readings = NOTHING) -> Readings:
    for each in told:
        begin = begin.add(each)
    return begin


def true_line(chance: Random, count: int) -> tuple[list[Reading], int, int]:
    """What a router with counters of 32 bits says of traffic that is less than 2**32 from report to report."""
    up = down = 0
    told = []
    for at in range(1, count + 1):
        up, down = up + chance.randrange(WRAP), down + chance.randrange(WRAP)
        told.append((at * 300, up % WRAP, down % WRAP))
    return told, up, down


@given(st.integers(0, 2**32))
@settings(max_examples=500, deadline=None)
def test_any_order_gives_the_true_total(seed: int) -> None:
    chance = Random(seed)
    told, up, down = true_line(chance, chance.randint(1, MOST))
    shuffled = told + chance.choices(told, k=5)
    chance.shuffle(shuffled)
    end = readings(shuffled).end()
    assert (end.upload + end.upload_wraps * WRAP, end.download + end.download_wraps * WRAP) == (up, down)


@given(st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_a_long_session_is_bounded_and_right_while_records_are_not_later_than_the_kept_ones(
    seed: int,
) -> None:
    chance = Random(seed)
    told, up, down = true_line(chance, 300)
    late = sorted(range(300), key=lambda at: at + chance.uniform(0, MOST - 1))
    found = NOTHING
    for at in late:
        found = found.add(told[at])
        assert len(found.kept) <= MOST
    end = found.end()
    assert (end.upload + end.upload_wraps * WRAP, end.download + end.download_wraps * WRAP) == (up, down)


def test_more_readings_never_make_a_total_smaller() -> None:
    chance = Random(7)
    for _ in range(300):
        found, before = NOTHING, 0
        for _ in range(MOST):
            found = found.add((chance.randint(1, 9), chance.randrange(WRAP), 0))
            total = found.end().upload + found.end().upload_wraps * WRAP
            assert total >= before
            before = total


def test_two_values_at_one_session_time_are_no_wrap() -> None:
    assert readings([(60, 900, 900), (60, 800, 1000)]).end() == Base(60, 900, 1000, 0, 0)


def test_what_is_older_than_what_was_added_up_changes_nothing() -> None:
    found = readings([(at, at, at) for at in range(1, MOST + 10)])
    assert found.base == Base(9, 9, 9, 0, 0)
    assert found.add((5, WRAP - 1, 0)) == found


def test_going_on_from_a_total() -> None:
    found = beyond(3 * WRAP + 5, 7, 600).add((900, 4, 9))
    assert found.end() == Base(900, 4, 9, 4, 0)
