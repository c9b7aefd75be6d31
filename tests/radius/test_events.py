"""Events keep every octet, show no secret, and know when two records say the same."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from radius.events import AccountingRecord, Kind, Nas
from radius.octets import spell, unspell

RECORD = AccountingRecord(
    schema="isp_demo",
    router_id=1,
    nas_address="10.0.0.1",
    identifier=20,
    authenticator=bytes(16),
    source=("10.0.0.1", 40_000),
    kind=Kind.STOP,
    session_id="81a00001",
    username=b"nemo",
    mac="AA:BB:CC:DD:EE:FF",
    framed_ip="10.5.0.2",
    called="hotspot1",
    upload_octets=1,
    download_octets=2,
    upload_packets=3,
    download_packets=4,
    session_time=60,
    terminate_cause="User-Request",
    event_at=1_700_000_000.0,
    received_at=1_700_000_000.5,
)


@given(st.binary(max_size=80))
def test_spelling_is_reversible_and_printable(octets: bytes) -> None:
    text = spell(octets)
    assert unspell(text) == octets
    assert text.isprintable()


def test_ordinary_names_read_as_they_are() -> None:
    assert spell(b"81a00001") == "81a00001"
    assert spell("Mañana".encode()) == "Mañana"
    assert spell(b"ne\0mo") == "ne\\x00mo"
    assert spell("\u202egnp".encode()) == "\\xe2\\x80\\xaegnp"
    assert spell(b"a\\x00") != spell(b"a\0")


def test_no_secret_is_shown() -> None:
    nas = Nas("isp_demo", 1, "10.0.0.1", b"hush-hush", previous_secret=b"hush-before")
    assert "hush" not in repr(nas)


def test_a_retransmission_says_the_same_a_newer_record_does_not() -> None:
    again = replace(
        RECORD, identifier=21, authenticator=b"x" * 16, delay=5, received_at=RECORD.received_at + 5
    )
    assert again.fingerprint == RECORD.fingerprint
    for change in (
        {"upload_octets": 9},
        {"session_time": 61},
        {"router_id": 2},
        {"schema": "isp_other"},
        {"username": b"dory"},
        {"kind": Kind.INTERIM},
        {"event_at": RECORD.event_at + 1},
    ):
        assert replace(RECORD, **change).fingerprint != RECORD.fingerprint
