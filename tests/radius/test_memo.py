"""What a row keeps beside its columns: enough to go on from, and nothing when a session merely grows."""

from __future__ import annotations

import json
from random import Random

import pytest

from radius import memo
from radius.accounting import UNKNOWN, Router, SessionState
from radius.events import Kind
from radius.keeping import Stored, moment
from tests.radius.test_accounting import SENDS_GIGAWORDS, T, fold, history, record


def stored(state: SessionState, counted: memo.Amount, presumed: str = "") -> Stored:
    """The row of a session, its memo through JSON and back."""
    ended_at = state.ended_at
    return Stored(
        pk=1, router_id=state.router_id, acct_session_id=state.session_id, username=state.username, generation=0,
        service_id=None, mac=state.mac[1], framed_ip=state.framed_ip[1] or None, called=state.called[1],
        port=state.port[1], started_at=moment(state.started_at), begun_at=moment(state.begun_at), updated_at=moment(state.last_at), heard_at=None,
        ended_at=None if ended_at is None else moment(ended_at), end_cause=state.end_cause,
        upload_bytes=state.upload, download_bytes=state.download, seconds=state.seconds,
        fold=json.loads(json.dumps(memo.write(state, counted, presumed))),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_every_session_comes_back_as_it_was(seed: int) -> None:
    chance = Random(seed)
    router = Router([T + chance.randint(-100, 600)], seed % 2 == 0)
    state = fold(history(chance), router)
    counted = (state.upload, state.download, state.seconds) if seed % 3 else (0, 0, 0)
    assert memo.read(stored(state, counted, "Lost-Stop")) == (state, counted, "Lost-Stop")


def test_times_between_milliseconds_come_back_too() -> None:
    told = record(Kind.INTERIM, 60, 60, 5, 6, event_at=T + 60.123456789, received_at=T + 60.987654321)
    state = fold([told], SENDS_GIGAWORDS)
    assert memo.read(stored(state, (5, 6, 60)))[0] == state


def test_growth_leaves_the_memo_as_it_was() -> None:
    first = fold([record(Kind.START, 0), record(Kind.INTERIM, 60, 60, 5, 6)], SENDS_GIGAWORDS)
    later = fold([record(Kind.START, 0), record(Kind.INTERIM, 120, 120, 500, 600)], SENDS_GIGAWORDS)
    written = memo.write(first, (5, 6, 60), "")
    assert written == memo.write(later, (500, 600, 120), "")
    assert memo.is_quiet(written)


def test_what_is_not_mere_growth_is_written() -> None:
    stop = fold([record(Kind.STOP, 60, 60, 5, 6)], SENDS_GIGAWORDS)
    wrapped = fold([record(Kind.INTERIM, 60, 60, 900), record(Kind.INTERIM, 120, 120, 5)], UNKNOWN)
    up = fold([record(Kind.INTERIM, 60, 60, 5, 6)], SENDS_GIGAWORDS)
    assert not memo.is_quiet(memo.write(stop, (5, 6, 60), ""))
    assert not memo.is_quiet(memo.write(wrapped, (wrapped.upload, wrapped.download, 120), ""))
    assert not memo.is_quiet(memo.write(up, (0, 0, 0), ""))
    assert not memo.is_quiet(memo.write(up, (5, 6, 60), "Lost-Stop"))


def test_a_row_that_no_fold_wrote_is_what_its_columns_say() -> None:
    row = stored(fold([record(Kind.STOP, 60, 60, 5, 6)]), (5, 6, 60))._replace(fold={}, begun_at=None)
    state, counted, presumed = memo.read(row)
    assert (state.upload, state.download, state.ended_at, state.end_cause) == (5, 6, T + 60, "User-Request")
    assert (counted, presumed) == ((5, 6, 60), "")


def test_a_memo_of_the_version_before_is_read() -> None:
    state = {
        "router_id": 1, "session_id": "81a00001", "username": "nemo", "started_at": T, "begun_at": T, "last_at": T + 60,
        "stop": None, "restarted_at": None, "upload": 5, "download": 6, "upload_packets": 1, "download_packets": 2,
        "seconds": 60, "mac": [T + 60, "AA:BB:CC:DD:EE:FF"], "framed_ip": [T + 60, "10.5.0.2"],
        "called": [T + 60, "hotspot1"], "port": [0.0, ""], "token": [0.0, ""], "flags": [],
    }  # fmt: skip
    old = {"state": json.dumps(state), "counted": [5, 6, 60], "presumed": ""}
    now = fold([record(Kind.INTERIM, 60, 60, 5, 6)], SENDS_GIGAWORDS)
    assert memo.read(stored(now, (5, 6, 60))._replace(fold=old)) == (now, (5, 6, 60), "")
