"""Sessions and usage of one place over its whole history: any order, any repetition, the same sessions and sums."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from radius import accounting
from radius.accounting import NAS_REBOOT, Router
from radius.events import Kind
from radius.folding import LOST_STOP, Fold, Folded
from radius.reports import Report
from tests.radius.test_accounting import T, record

SERVICES = {(b"", "nemo"): 5}
G = 1 << 32
Lives = list[tuple[float, list[Report]]]


def fold(told: Sequence[Report], restarts: Sequence[float] = (), gigawords: bool = True) -> Fold:
    made = Fold({1: Router(accounting.thin(restarts), gigawords)}, SERVICES)
    for each in told:
        made.take(each)
    made.close_lost()
    return made


def picture(made: Fold) -> tuple[Any, Any]:
    """All that shows of sessions, and what was counted in all."""
    sessions = sorted(
        (each.state.started_at, each.state, each.service_id, each.ended_at, each.end_cause, each.counted)
        for each in made.all()
    )
    return sessions, made.usage.by_service()


def only(made: Fold) -> Folded:
    [session] = made.all()
    return session


def lives(chance: Random, gigawords: bool) -> tuple[list[Report], list[float], int]:
    """Several sessions one after the other under few ids, with reboots between some; and their octets in all."""
    told: list[Report] = []
    restarts: list[float] = []
    at, octets = 0, 0
    for _ in range(chance.randint(1, 4)):
        name = chance.choice(["81a00001", "81a00002"])
        down, length = 0, chance.randint(1, 6)
        ends = chance.choice(["stop", "lost", "reboot"])
        told.append(record(Kind.START, at, session_id=name, gigawords=None))
        for step in range(1, length + 1):
            down += chance.randrange(G)
            kind = Kind.STOP if step == length and ends == "stop" else Kind.INTERIM
            value = down if gigawords else down % G
            told.append(
                record(kind, at + 60 * step, 60 * step, 0, value, session_id=name, gigawords=gigawords)
            )
        octets += down
        at += 60 * length + chance.randint(120, 600)
        if ends == "reboot":
            restarts.append(T + at - 60)
    return told, restarts, octets


@given(st.integers(0, 2**32))
@settings(max_examples=2000, deadline=None)
def test_order_and_repetition_change_nothing(seed: int) -> None:
    chance = Random(seed)
    gigawords = chance.random() < 0.5
    told, restarts, octets = lives(chance, gigawords)
    expected = picture(fold(told, restarts, gigawords))
    assert expected[1][5][1] == octets
    shuffled = told + chance.choices(told, k=6)
    chance.shuffle(shuffled)
    assert picture(fold(shuffled, restarts, gigawords)) == expected


def test_f11_a_record_told_three_times_counts_once() -> None:
    told = [record(Kind.START, 0), record(Kind.INTERIM, 60, 60, 7, 8), record(Kind.STOP, 120, 120, 70, 80)]
    assert picture(fold(told * 3)) == picture(fold(told))
    assert fold(told * 3).usage.by_service() == {5: (70, 80, 120)}


def test_f11_a_stop_that_is_played_again_later_ended_when_it_was_told_first() -> None:
    told = [record(Kind.START, 0), record(Kind.INTERIM, 60, 60, 7, 8), record(Kind.STOP, 120, 120, 70, 80)]
    again = [
        record(Kind.INTERIM, 68, 60, 7, 8, received_at=T + 68),
        record(Kind.STOP, 128, 120, 70, 80, received_at=T + 128),
    ]
    for order in (told + again, again + told):
        session = only(fold(order))
        assert (session.state.last_at, session.ended_at, session.state.seconds) == (T + 120, T + 120, 120)


def test_f13_a_lost_stop_is_closed_by_the_next_start_in_the_same_place() -> None:
    old = [record(Kind.START, 0, session_id="a"), record(Kind.INTERIM, 60, 60, 7, 8, session_id="a")]
    new = [record(Kind.START, 300, session_id="b")]
    for order in (old + new, new + old):
        made = fold(order)
        first, second = sorted(made.all(), key=lambda each: each.state.started_at)
        assert (first.ended_at, first.end_cause, second.ended_at) == (T + 60, LOST_STOP, None)
        assert made.usage.by_service() == {5: (7, 8, 60)}


def test_f13_somebody_elses_start_closes_nothing() -> None:
    told = [
        record(Kind.INTERIM, 60, 60, session_id="a"),
        record(Kind.START, 300, session_id="b", mac="AA:BB:CC:DD:EE:00"),
    ]
    assert [each.ended_at for each in fold(told).all()] == [None, None]


def test_f16_a_reboot_under_the_same_id_is_another_session_and_both_are_billed() -> None:
    """The router says that it came up, or that is lost too: the gap between the two speaks."""
    first = [record(Kind.START, 0), record(Kind.INTERIM, 200, 200, 1000, 5000)]
    again = [record(Kind.START, 310), record(Kind.STOP, 510, 200, 70, 700)]
    for restarts in ([T + 300], []):
        for order in (first + again, again + first):
            made = fold(order, restarts)
            sessions = sorted(made.all(), key=lambda each: each.state.started_at)
            assert [each.state.download for each in sessions] == [5000, 700]
            assert [each.generation for each in sessions] in ([0, 1], [1, 0])
            assert sessions[0].end_cause == (NAS_REBOOT if restarts else LOST_STOP)
            assert made.usage.by_service() == {5: (1070, 5700, 400)}


def test_f22_a_router_whose_clock_says_1970_is_placed_by_ours() -> None:
    """`radius.reading` has put our time in; what it said of that stays with the session."""
    odd = {"flags": ("event_time_ignored",)}
    session = only(fold([record(Kind.START, 0, **odd), record(Kind.STOP, 100, 100, 5, 50, **odd)]))
    assert (session.state.started_at, session.ended_at) == (T, T + 100)
    assert session.state.flags == ("event_time_ignored",)
    assert session.counted == (5, 50, 100)


def test_usage_goes_to_the_hour_of_its_report() -> None:
    hour = int(T // 3600)
    made = fold([record(Kind.INTERIM, 60, 60, 0, 10), record(Kind.INTERIM, 3660, 3660, 0, 50)])
    assert made.usage.by_hour == {(5, hour): (0, 10, 60), (5, hour + 1): (0, 40, 3600)}


def test_a_wrap_that_was_none_is_taken_from_the_sum() -> None:
    life = {"gigawords": False}
    told = [record(Kind.INTERIM, 60, 60, 9, G - 5, **life), record(Kind.INTERIM, 120, 120, 10, 500, **life)]
    made = fold(told, gigawords=False)
    assert made.usage.by_service()[5] == (10, G + 500, 120)
    later = Fold({1: Router(gigawords=True)}, SERVICES, made.sessions, made.usage)
    later.settle([1])
    assert later.usage.by_service()[5] == (10, G - 5, 120)
