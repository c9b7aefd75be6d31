"""Requests to events field by field, event time, and replies that pyrad itself believes."""

from __future__ import annotations

import pytest
from pyrad.packet import AuthPacket, Packet

from radius import reports
from radius.attributes import DICTIONARY
from radius.events import Accept, AccessRequest, AccountingRecord, Ask, Kind, Nas, Port, Recorded, Reject
from radius.wire import read, write
from tests.radius import vectors as v

NAS = Nas("isp_demo", 1, "10.0.0.1", v.SECRET)
SOURCE = ("10.0.0.1", 40_000)
NOW = 1_700_000_010.0

HOTSPOT = (
    v.whole(61, 19)
    + v.attribute(31, b"aa-bb-cc-0d-ee-ff")
    + v.attribute(30, b"hotspot1")
    + v.attribute(87, b"bridge")
    + v.attribute(1, b"nemo")
    + v.whole(5, 2148532244)
    + v.attribute(44, b"80100014")
    + v.attribute(8, bytes((10, 5, 50, 2)))
    + v.vendor(14988, 10, bytes((10, 5, 50, 2)))
    + v.attribute(2, v.hidden(b"arctangent"))
    + v.whole(6, 1)
    + v.attribute(32, b"router")
    + v.attribute(4, bytes((10, 0, 0, 1)))
)


def ask(datagram: bytes, port: Port = Port.AUTH, nas: Nas = NAS, now: float = NOW) -> Ask:
    outcome = read(datagram, nas, SOURCE, port, now)
    assert isinstance(outcome, Ask), outcome
    return outcome


def access(body: bytes) -> AccessRequest:
    question = ask(v.access(body)).question
    assert isinstance(question, AccessRequest)
    return question


def record(body: bytes, now: float = NOW) -> AccountingRecord:
    question = ask(v.accounting(body), Port.ACCT, now=now).question
    assert isinstance(question, AccountingRecord)
    return question


def accept(**changes: object) -> Accept:
    row: dict[str, object] = {
        "service_id": 5,
        "plan_id": 3,
        "session_timeout": 3600,
        "data_left": 5 * 2**32 + 7,
        "upload_bps": 5_000_000,
        "download_bps": 10_000_000,
        "interim_seconds": 60,
        "class_": b"km2.5.0123456789abcdef",
        "devices": 2,
    }
    return Accept(**(row | changes))  # type: ignore[arg-type]  # a row of known names


def test_a_hotspot_request_is_read_field_by_field() -> None:
    request = access(HOTSPOT)
    assert (request.username, request.password, request.mac) == (b"nemo", b"arctangent", "AA:BB:CC:0D:EE:FF")
    assert (request.framed_ip, request.called, request.nas_port_id) == ("10.5.50.2", "hotspot1", "bridge")
    assert (request.nas_port_type, request.service_type, request.session_id) == (19, 1, "80100014")
    assert (request.nas_identifier, request.oddities, request.has_message_auth) == ("router", (), True)


@pytest.mark.parametrize(
    "written",
    [b"AABBCC0DEEFF", b"AA BB CC 0D EE FF", b"aabb.cc0d.eeff", b"AA:BB:CC:0D:EE:FF", b"aa.bb.cc.0d.ee.ff"],
)
def test_a_mac_has_one_spelling(written: bytes) -> None:
    assert access(v.attribute(31, written)).mac == "AA:BB:CC:0D:EE:FF"


def test_what_is_no_mac_stays_as_it_was() -> None:
    assert access(v.attribute(31, b"192.168.1.7")).mac == "192.168.1.7"
    assert access(v.attribute(31, b"AA:BB:CC:0D:EE:F")).mac == "AA:BB:CC:0D:EE:F"


@pytest.mark.parametrize(
    ("body", "oddity"),
    [
        (v.attribute(1, b"a") * 2, "duplicate:User-Name"),
        (v.attribute(32, b"a") + v.attribute(32, b"b"), "duplicate:NAS-Identifier"),
        (v.attribute(31, b"") * 2, "duplicate:Calling-Station-Id"),
        (v.attribute(2, bytes(16)) + v.attribute(3, bytes(17)), "both_passwords"),
        (v.attribute(2, bytes(16)) + v.vendor(311, 25, bytes(50)), "both_passwords"),
        (v.vendor(311, 1, bytes(50)) + v.vendor(311, 25, bytes(50)), "both_passwords"),
        (v.attribute(3, bytes(17)) + v.vendor(311, 25, bytes(50)), "both_passwords"),
        (v.vendor(311, 25, bytes(50)) * 2, "duplicate:MS-CHAP2-Response"),
        (v.vendor(311, 11, bytes(16)) * 2, "duplicate:MS-CHAP-Challenge"),
        (v.vendor(311, 25, bytes(50)), "malformed:MS-CHAP"),
        (v.vendor(311, 11, bytes(8)) + v.vendor(311, 25, bytes(50)), "malformed:MS-CHAP"),
        (v.vendor(311, 11, bytes(16)) + v.vendor(311, 25, bytes(49)), "malformed:MS-CHAP"),
        (v.vendor(311, 11, bytes(8)) + v.vendor(311, 1, bytes(50)), "unsupported:LM"),
        (v.attribute(79, b"\2\0\0\4"), "unsupported:EAP"),
        (v.attribute(2, b""), "malformed:User-Password"),
        (v.attribute(2, bytes(15)), "malformed:User-Password"),
        (v.attribute(2, bytes(17)), "malformed:User-Password"),
        (v.attribute(2, bytes(144)), "malformed:User-Password"),
        (v.attribute(3, bytes(5)), "malformed:CHAP-Password"),
        (v.attribute(5, bytes(3)), "malformed:NAS-Port"),
        (v.attribute(4, bytes(3)), "malformed:NAS-IP-Address"),
        (v.attribute(8, bytes(5)), "malformed:Framed-IP-Address"),
        (b"", "missing:User-Name"),
    ],
)
def test_oddities_are_named(body: bytes, oddity: str) -> None:
    assert oddity in access(body).oddities


def test_names_keep_their_octets() -> None:
    assert access(v.attribute(1, b"ne\0mo")).username == b"ne\0mo"
    assert access(v.attribute(1, b"ne\0mo")).name == "ne\\x00mo"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (1, Kind.START),
        (2, Kind.STOP),
        (3, Kind.INTERIM),
        (7, Kind.ON),
        (8, Kind.OFF),
        (9, Kind.OTHER),
        (15, Kind.OTHER),
    ],
)
def test_kinds_of_records(status: int, kind: Kind) -> None:
    assert record(v.whole(40, status) + v.attribute(44, b"81")).kind is kind


def test_when_it_happened() -> None:
    start = v.whole(40, 1) + v.attribute(44, b"81")
    assert record(start).event_at == NOW
    assert record(start + v.whole(41, 300)).event_at == NOW - 300
    stamped = record(start + v.whole(41, 300) + v.whole(55, int(NOW) - 299))
    assert (stamped.event_at, stamped.received_at, stamped.flags) == (NOW - 299, NOW, ())
    for wrong in (0, 4_102_444_800, int(NOW) - 3_602, int(NOW) + 3_602):
        ignored = record(start + v.whole(55, wrong))
        assert (ignored.event_at, ignored.flags) == (NOW, ("event_time_ignored",))


def test_a_stop_is_read_field_by_field() -> None:
    body = (
        v.whole(40, 2)
        + v.attribute(44, b"81a00001")
        + v.whole(46, 61)
        + v.whole(42, 7)
        + v.whole(43, 8)
        + v.whole(47, 9)
        + v.whole(48, 10)
        + v.whole(49, 5)
        + v.attribute(25, b"km2.5.0123456789abcdef")
        + v.attribute(87, b"ether2")
        + v.attribute(2, b"never kept here.")
    )
    stop = record(body)
    assert (stop.upload_octets, stop.download_octets, stop.upload_packets, stop.download_packets) == (
        7,
        8,
        9,
        10,
    )
    assert (stop.session_time, stop.terminate_cause, stop.nas_port_id) == (61, "Session-Timeout", "ether2")
    assert stop.class_ == b"km2.5.0123456789abcdef"
    assert (stop.schema, stop.router_id) == ("isp_demo", 1)
    assert "never kept" not in repr(reports.of(stop))


@pytest.mark.parametrize(("cause", "text"), [(0, ""), (1, "User-Request"), (18, "Host-Request"), (99, "99")])
def test_causes_have_names(cause: int, text: str) -> None:
    assert record(v.whole(40, 2) + v.attribute(44, b"81") + v.whole(49, cause)).terminate_cause == text


def test_an_accounting_packet_with_a_wrong_seal_is_dropped() -> None:
    assert not isinstance(
        read(v.accounting(v.attribute(80, bytes(16)) + v.whole(40, 1)), NAS, SOURCE, Port.ACCT, NOW), Ask
    )


def test_pyrad_believes_our_accept_and_reads_it() -> None:
    asked = v.access(HOTSPOT, 9)
    reply = write(ask(asked), accept())
    theirs = AuthPacket(code=1, id=9, secret=v.SECRET, authenticator=v.RA, dict=DICTIONARY)
    answer = Packet(packet=reply, secret=v.SECRET, dict=DICTIONARY)
    assert theirs.VerifyReply(answer, reply)
    assert answer.verify_message_authenticator(original_authenticator=v.RA, original_code=1)
    assert answer["Mikrotik-Rate-Limit"] == ["5M/10M"]
    assert (answer["Session-Timeout"], answer["Acct-Interim-Interval"]) == ([3600], [60])
    assert (answer["Mikrotik-Total-Limit"], answer["Mikrotik-Total-Limit-Gigawords"]) == ([7], [5])
    assert (answer["Class"], answer["Port-Limit"]) == ([b"km2.5.0123456789abcdef"], [2])
    assert reply[20] == 80


def test_proxy_states_come_back_in_order_after_our_own() -> None:
    states = v.attribute(33, b"one") + v.attribute(33, b"two")
    for verdict in (accept(), Reject("ended", "Ended")):
        reply = write(ask(v.access(states + HOTSPOT)), verdict)
        assert reply.endswith(states)
    acct = v.accounting(v.whole(40, 1) + v.attribute(44, b"81") + states)
    assert write(ask(acct, Port.ACCT), Recorded())[20:] == states
    lenient = Nas("isp_demo", 1, "10.0.0.1", v.SECRET, require_message_auth=False, limit_proxy_state=False)
    unsealed = v.build(1, 7, states + HOTSPOT)
    assert b"one" not in write(ask(unsealed, nas=lenient), accept())


def test_a_message_is_never_cut_inside_a_character() -> None:
    reply = write(ask(v.G1), Reject("ended", "ñ" * 200))
    assert dict(v.attributes_of(reply))[18].decode() == "ñ" * 126
    assert 18 not in dict(v.attributes_of(write(ask(v.G1), Reject("ended", ""))))
