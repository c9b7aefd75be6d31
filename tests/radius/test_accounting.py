"""Sessions as a fold: shuffled, repeated and late records end in the same row."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from radius.accounting import NAS_REBOOT, SessionState, advance, belongs, settle, thin
from radius.events import AccountingRecord, Kind
from tests.radius.test_events import RECORD

T = 1_700_000_000.0


def record(
    kind: Kind, at: float, seconds: int = 0, up: int = 0, down: int = 0, **changes: object
) -> AccountingRecord:
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
    return replace(base, **changes)  # type: ignore[arg-type]  # fields changed by name


def fold(records: list[AccountingRecord], restarts: list[float] | None = None) -> SessionState:
    session: SessionState | None = None
    for each in records:
        session = advance(session, each, restarts or [])
    assert session is not None
    return session


@st.composite
def histories(draw: st.DrawFn) -> list[AccountingRecord]:
    """One session as its router told it, with the odd record among them."""
    records = [record(Kind.START, 0, mac="", framed_ip="")]
    up = down = 0
    for step in range(1, draw(st.integers(1, 7))):
        up, down = up + draw(st.integers(0, 10**9)), down + draw(st.integers(0, 10**9))
        flags = draw(st.sampled_from([(), (), (), ("absurd_counters",), ("absurd_session_time",)]))
        late = draw(st.integers(0, 300))
        records.append(
            record(
                draw(st.sampled_from([Kind.INTERIM, Kind.INTERIM, Kind.STOP])),
                step * 60,
                step * 60,
                up,
                down,
                received_at=T + step * 60 + late,
                flags=flags,
                framed_ip=draw(st.sampled_from(["10.0.0.2", "10.0.0.3", ""])),
                class_=draw(st.sampled_from([b"", b"a", b"b"])),
            )
        )
    return records


@given(histories(), st.data())
@settings(max_examples=300, deadline=None)
def test_order_and_repetition_do_not_matter(records: list[AccountingRecord], data: st.DataObject) -> None:
    restarts = sorted(T + each for each in data.draw(st.lists(st.integers(-100, 600), max_size=3)))
    expected = fold(records, restarts)
    repeated = records + data.draw(st.lists(st.sampled_from(records), max_size=8))
    shuffled = data.draw(st.permutations(repeated))
    assert fold(shuffled, restarts) == expected
    assert settle(fold(shuffled), restarts) == expected
    assert SessionState.from_json(expected.to_json()) == expected


def test_counters_never_fall() -> None:
    session = fold([record(Kind.INTERIM, 120, 120, 500, 900), record(Kind.INTERIM, 60, 60, 100, 1000)])
    assert (session.upload, session.download, session.seconds) == (500, 1000, 120)
    assert session.started_at == T


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
    ended = settle(up, [T + 100])
    assert (ended.ended_at, ended.end_cause) == (T + 100, NAS_REBOOT)
    later = advance(ended, record(Kind.INTERIM, 90, 90, 7, 7), [T + 100])
    assert (later.ended_at, later.upload) == (T + 100, 7)
    stopped = advance(later, record(Kind.STOP, 95, 95, 8, 8, received_at=T + 130), [T + 100])
    assert (stopped.ended_at, stopped.end_cause) == (T + 95, "User-Request")


def test_a_restart_before_the_session_ends_nothing() -> None:
    assert fold([record(Kind.START, 0)], [T - 0.5]).ended_at is None


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
    assert not belongs(up, record(Kind.START, 10), [T + 5.0])
    assert not belongs(up, record(Kind.START, 0, username=b"dory"))
    assert not belongs(up, record(Kind.START, 0, router_id=2))


def test_a_router_that_restarts_every_second_is_heard_once_a_minute() -> None:
    assert thin(float(at) for at in reversed(range(100))) == [0.0, 60.0]
    assert thin([]) == []
