"""Sessions as a fold: shuffled, repeated and late records end in the same row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from radius import reports
from radius.accounting import (
    FELL,
    NAS_REBOOT,
    UNKNOWN,
    WRAPPED,
    Router,
    SessionState,
    advance,
    belongs,
    settle,
    thin,
)
from radius.events import Kind
from radius.reports import Report
from tests.radius.test_events import RECORD

T = 1_700_000_000.0
SENDS_GIGAWORDS = Router(gigawords=True)
G = 1 << 32


def record(kind: Kind, at: float, seconds: int = 0, up: int = 0, down: int = 0, **changes: object) -> Report:
    base = replace(
        RECORD,
        kind=kind,
        event_at=T + at,
        received_at=T + at,
        session_time=seconds,
        upload_octets=up,
        download_octets=down,
        terminate_cause="User-Request" if kind is Kind.STOP else "",
    )
    return reports.of(replace(base, **changes))  # type: ignore[arg-type]  # fields changed by name


def fold(told: Sequence[Report], router: Router = UNKNOWN) -> SessionState:
    session: SessionState | None = None
    for each in told:
        session = advance(session, each, router)
    assert session is not None
    return session


def history(chance: Random) -> list[Report]:
    """One session as its router told it, with the odd record among them; counters of 32 bits, or with Gigawords."""
    told = [record(Kind.START, 0, mac="", framed_ip="", gigawords=None)]
    up = down = 0
    gigawords = chance.random() < 0.5
    for step in range(1, chance.randint(1, 10)):
        up, down = up + chance.randrange(G), down + chance.randrange(10**9)
        told.append(
            record(
                chance.choice([Kind.INTERIM, Kind.INTERIM, Kind.STOP]),
                step * 60,
                step * 60,
                up if gigawords else up % G,
                down if gigawords else down % G,
                received_at=T + step * 60 + chance.randint(0, 300),
                flags=chance.choice([(), (), (), ("absurd_counters",), ("absurd_session_time",)]),
                framed_ip=chance.choice(["10.0.0.2", "10.0.0.3", ""]),
                class_=chance.choice([b"", b"a", b"b"]),
                gigawords=gigawords,
            )
        )
    return told


@given(st.integers(0, 2**32))
@settings(max_examples=2000, deadline=None)
def test_order_and_repetition_do_not_matter(seed: int) -> None:
    chance = Random(seed)
    told = history(chance)
    router = Router(sorted(T + chance.randint(-100, 600) for _ in range(chance.randrange(4))), seed % 2 == 0)
    expected = fold(told, router)
    for _ in range(3):
        shuffled = told + chance.choices(told, k=8)
        chance.shuffle(shuffled)
        assert fold(shuffled, router) == expected
    assert settle(fold(told), router) == expected


def test_counters_never_fall() -> None:
    told = [record(Kind.INTERIM, 120, 120, 500, 900), record(Kind.INTERIM, 60, 60, 100, 1000)]
    session = fold(told, SENDS_GIGAWORDS)
    assert (session.upload, session.download, session.seconds) == (500, 1000, 120)
    assert session.started_at == T


def test_f15_a_fall_without_gigawords_is_one_wrap() -> None:
    told = [record(Kind.INTERIM, 60, 60, 4_294_967_000, 7), record(Kind.INTERIM, 120, 120, 500, 9)]
    for order in (told, told[::-1], told * 2):
        session = fold(order)
        assert (session.upload, session.download) == (G + 500, 9)
        assert session.flags == (WRAPPED,)


def test_f15_a_fall_with_gigawords_is_no_wrap_and_never_less() -> None:
    told = [record(Kind.INTERIM, 60, 60, 4_294_967_000, 7), record(Kind.INTERIM, 120, 120, 500, 9)]
    for order in (told, told[::-1]):
        session = fold(order, SENDS_GIGAWORDS)
        assert (session.upload, session.download) == (4_294_967_000, 9)
        assert session.flags == (FELL,)


def test_f15_a_wrap_is_taken_back_when_the_router_sends_gigawords_after_all() -> None:
    session = fold([record(Kind.INTERIM, 60, 60, 4_294_967_000), record(Kind.INTERIM, 120, 120, 500)])
    assert settle(session, SENDS_GIGAWORDS).upload == 4_294_967_000


def test_f15_five_terabytes_by_32_bits() -> None:
    """300 s at 100 Mb/s are 3.75 GB: 1,334 reports and 1,164 wraps, some of them late by a few reports."""
    step = 3_750_000_000
    told = [record(Kind.INTERIM, 300 * at, 300 * at, at * 1000, step * at % G) for at in range(1, 1_335)]
    for at in range(0, 1_300, 13):
        told[at], told[at + 5] = told[at + 5], told[at]
    session = fold(told)
    assert session.download == 1_334 * step > 5 * 10**12
    assert session.upload == 1_334_000


def test_a_report_without_counters_is_no_fall() -> None:
    told = [record(Kind.INTERIM, 60, 60, 900, 900), record(Kind.STOP, 90, 90, 0, 0, gigawords=None)]
    session = fold(told)
    assert (session.upload, session.download, session.flags) == (900, 900, ())


def test_a_retransmitted_stop_is_one_stop() -> None:
    stops = [
        record(Kind.STOP, 300, 300, 10, 20, delay=delay, identifier=20 + delay, received_at=T + 300 + delay)
        for delay in (0, 1, 5)
    ]
    session = fold(stops)
    assert session == fold(stops[:1])
    assert (session.ended_at, session.end_cause, session.upload) == (T + 300, "User-Request", 10)


def test_a_restart_ends_what_was_up_and_a_late_stop_does_not_reopen() -> None:
    up = fold([record(Kind.START, 0)])
    assert up.ended_at is None
    router = Router([T + 100])
    ended = settle(up, router)
    assert (ended.ended_at, ended.end_cause) == (T + 100, NAS_REBOOT)
    later = advance(ended, record(Kind.INTERIM, 90, 90, 7, 7), router)
    assert (later.ended_at, later.upload) == (T + 100, 7)
    stopped = advance(later, record(Kind.STOP, 95, 95, 8, 8, received_at=T + 130), router)
    assert (stopped.ended_at, stopped.end_cause) == (T + 95, "User-Request")


def test_f12_an_interim_after_the_stop_and_a_start_two_hours_late_reopen_nothing() -> None:
    told = [
        record(Kind.STOP, 180, 180, 300, 900),
        record(Kind.INTERIM, 120, 120, 200, 700, received_at=T + 400),
        record(Kind.START, 0, received_at=T + 7200, delay=7200, gigawords=None),
    ]
    for order in (told, told[::-1], told[1:] + told[:1]):
        session = fold(order)
        assert (session.started_at, session.ended_at, session.end_cause) == (T, T + 180, "User-Request")
        assert (session.upload, session.download, session.seconds) == (300, 900, 180)


def test_a_restart_before_the_session_ends_nothing() -> None:
    assert fold([record(Kind.START, 0)], Router([T - 0.5])).ended_at is None


def test_absurd_numbers_are_kept_out_of_the_counters() -> None:
    absurd = record(Kind.INTERIM, 60, 0xFFFF_FFFF, 2**64 - 1, 5, flags=("absurd_session_time",))
    session = fold([record(Kind.START, 0), absurd])
    assert (session.upload, session.seconds, session.started_at) == (0, 0, T)
    assert session.flags == ("absurd_session_time",)


def test_an_id_used_again_is_another_session() -> None:
    old = fold([record(Kind.START, 0), record(Kind.STOP, 300, 300)])
    assert belongs(old, record(Kind.INTERIM, 120, 120))
    assert belongs(old, record(Kind.STOP, 300, 300, received_at=T + 4000, delay=3700))
    assert not belongs(old, record(Kind.START, 900))
    assert not belongs(old, record(Kind.INTERIM, 1200, 60))
    up = fold([record(Kind.START, 0)])
    assert belongs(up, record(Kind.INTERIM, 86_400, 86_400))
    assert not belongs(up, record(Kind.START, 10), Router([T + 5.0]))
    assert not belongs(up, record(Kind.START, 0, username=b"dory"))
    assert not belongs(up, record(Kind.START, 0, router_id=2))


def test_a_router_that_restarts_every_second_is_heard_once_a_minute() -> None:
    assert thin(float(at) for at in reversed(range(100))) == [0.0, 60.0]
    assert thin([]) == []
