"""What lies in the journal: all that folding needs, in text that any database takes."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from radius import journal, reports
from radius.events import Kind
from radius.octets import spell, unspell
from tests.radius.test_events import RECORD


@given(
    username=st.binary(max_size=253),
    token=st.binary(max_size=253),
    session=st.binary(max_size=253).map(spell),
    big=st.integers(0, 2**64 - 1),
    at=st.floats(0, 4e9),
    flags=st.lists(st.text(max_size=9)).map(tuple),
    kind=st.sampled_from(Kind),
    gigawords=st.sampled_from([None, False, True]),
)
def test_a_record_survives_the_journal(
    username: bytes,
    token: bytes,
    session: str,
    big: int,
    at: float,
    flags: tuple[str, ...],
    kind: Kind,
    gigawords: bool | None,
) -> None:
    record = replace(
        RECORD,
        username=username,
        class_=token,
        session_id=session,
        upload_octets=big,
        event_at=at,
        flags=flags,
        kind=kind,
        gigawords=gigawords,
    )
    [entry] = journal.of_records([record])
    assert min(entry.body) >= " "
    [report] = reports.read(entry.body)
    assert report == reports.of(record)
    assert (unspell(report.username), bytes.fromhex(report.token)) == (username, token)
    assert abs(report.event_at - at) <= 0.0005
    assert report.gigawords == gigawords


def test_what_the_journal_holds_has_no_nul_and_no_control() -> None:
    [entry] = journal.of_records([replace(RECORD, username=b"ne\0mo\n\xff")])
    assert "\\u0000" not in entry.body
    assert reports.read(entry.body)[0].username == r"ne\x00mo\x0a\xff"


def test_when_it_was_first_sent() -> None:
    assert reports.of(replace(RECORD, delay=300)).heard_at == RECORD.received_at - 300
    assert reports.of(replace(RECORD, delay=0xFFFF_FFFF)).heard_at == RECORD.received_at - 86_400


def test_a_row_of_the_version_before_is_read() -> None:
    row = {
        "schema": "isp_demo", "router_id": 1, "nas_address": "10.0.0.1", "identifier": 20, "authenticator": "00",
        "source": ["10.0.0.1", 40000], "kind": "stop", "session_id": "81a00001", "username": "nemo",
        "mac": "AA:BB:CC:DD:EE:FF", "framed_ip": "10.5.0.2", "called": "hotspot1", "upload_octets": 1,
        "download_octets": 2, "upload_packets": 3, "download_packets": 4, "session_time": 60,
        "terminate_cause": "User-Request", "event_at": 1700000000.0, "received_at": 1700000000.5, "class_": "",
        "delay": 0, "flags": [], "proxy_states": [], "nas_port_id": "",
    }  # fmt: skip
    assert reports.read(json.dumps(row)) == [reports.of(replace(RECORD, gigawords=True))]


def test_a_batch_is_one_row_for_each_isp_and_none_is_too_long() -> None:
    records = [replace(RECORD, schema=f"isp_{at % 2}", session_id=str(at)) for at in range(100)]
    entries = journal.of_records(records)
    assert [(each.schema, len(json.loads(each.body))) for each in entries] == [("isp_0", 50), ("isp_1", 50)]
    hostile = [replace(RECORD, username=b"\xff" * 253, session_id="\\x00" * 253, called="\\x00" * 253)] * 500
    pieces = journal.of_records(hostile)
    assert len(pieces) > 1
    assert all(len(each.body) <= journal.LARGEST for each in pieces)
    assert sum(len(json.loads(each.body)) for each in pieces) == 500
