"""RFC vectors and our own golden packets, octet for octet, both ways."""

from __future__ import annotations

from datetime import UTC

import pytest

from radius import mppe
from radius.credentials import Chap, MsChap
from radius.events import (
    Accept,
    AccessRequest,
    AccountingRecord,
    Alive,
    Ask,
    Drop,
    Kind,
    Nas,
    Port,
    Recorded,
    Reject,
    StatusRequest,
)
from radius.packet import Malformed, parse
from radius.policy import authorize
from radius.seal import Seal, answers
from radius.wire import read, write
from tests.radius import vectors as v
from tests.radius.fakes import facts
from tests.radius.vectors import SECRET, octets

SEAL = Seal(SECRET)
STRICT = Nas("isp_demo", 1, "10.0.0.1", SECRET)
LENIENT = Nas("isp_demo", 1, "10.0.0.1", SECRET, require_message_auth=False)
SOURCE = ("10.0.0.1", 40_000)
NOW = 1_700_000_010.0


def ask(datagram: bytes, nas: Nas = STRICT, port: Port = Port.AUTH, now: float = NOW) -> Ask:
    outcome = read(datagram, nas, SOURCE, port, now)
    assert isinstance(outcome, Ask), outcome
    return outcome


def access(datagram: bytes, nas: Nas = STRICT) -> AccessRequest:
    question = ask(datagram, nas).question
    assert isinstance(question, AccessRequest)
    return question


def record(datagram: bytes, now: float = NOW) -> AccountingRecord:
    question = ask(datagram, port=Port.ACCT, now=now).question
    assert isinstance(question, AccountingRecord)
    return question


@pytest.mark.parametrize(
    ("datagram", "username", "password"),
    [
        (v.RFC_PAP, b"nemo", b"arctangent"),
        (v.RFC_CHALLENGE, b"mopsy", b"challenge"),
        (v.RFC_STATE, b"mopsy", b"99101462"),
    ],
)
def test_rfc_2865_passwords(datagram: bytes, username: bytes, password: bytes) -> None:
    request = access(datagram, LENIENT)
    assert (request.username, request.password) == (username, password)
    assert request.has_message_auth is False


def test_rfc_2865_chap_without_challenge_attribute() -> None:
    request = access(v.RFC_CHAP, LENIENT)
    assert request.chap is not None
    assert answers(request.chap, b"arctangent")
    assert not answers(request.chap, b"arctangenT")


@pytest.mark.parametrize(
    ("request_", "reply"),
    [(v.RFC_PAP, v.RFC_PAP_REPLY), (v.RFC_CHAP, v.RFC_CHAP_REPLY), (v.RFC_STATE, v.RFC_REJECT)],
)
def test_rfc_2865_response_authenticators(request_: bytes, reply: bytes) -> None:
    assert SEAL.plain_reply(reply[0], reply[1], request_[4:20], reply[20:]) == reply


@pytest.mark.parametrize(("request_", "reply"), v.RFC_STATUS)
def test_rfc_5997_status_server(request_: bytes, reply: bytes) -> None:
    assert isinstance(ask(request_).question, StatusRequest)
    assert SEAL.plain_reply(reply[0], reply[1], request_[4:20], reply[20:]) == reply


@pytest.mark.parametrize(
    "datagram",
    [
        "2801001c1b23624c3543ceba55f1be55a714ca5e01086d6368696261",
        "2801001ead0d8e5355b6bd02a0cbace64e3877bd2c0a3930323334353637",
        "2801001a0bda33fe765b05f0fd9cc32a2f6b518208060a000203",
    ],
)
def test_rfc_5176_packets_are_read(datagram: str) -> None:
    assert len(parse(octets(datagram)).attributes) == 1


def test_g1_is_heard() -> None:
    request = access(v.G1)
    assert (request.username, request.password) == (b"nemo", b"arctangent")
    assert request.nas_identifier == "rtr-1"
    assert request.oddities == ()
    assert "arctangent" not in repr(request)
    assert "xyzzy" not in repr(request)


@pytest.mark.parametrize("at", [*range(4), *range(4, 75, 3)])
def test_g1_with_any_bit_flipped_is_dropped(at: int) -> None:
    for bit in range(8):
        datagram = bytearray(v.G1)
        datagram[at] ^= 1 << bit
        assert isinstance(read(bytes(datagram), STRICT, SOURCE, Port.AUTH, NOW), Drop)


def test_g2_and_g3_are_written() -> None:
    body = v.G2[38:]
    assert SEAL.reply(2, 10, v.RA, body) == v.G2
    assert write(ask(v.G1), Reject("ended", "Expired")) == v.G3


def test_g3b_is_no_reply_to_believe() -> None:
    assert SEAL.vouches_for_reply(parse(v.G2), v.RA)
    assert not SEAL.vouches_for_reply(parse(v.G3B), v.RA)


def test_g4_start_and_its_response() -> None:
    start = record(v.G4)
    assert (start.kind, start.session_id, start.username) == (Kind.START, "81a00001", b"nemo")
    assert write(ask(v.G4, port=Port.ACCT), Recorded()) == v.G4R


@pytest.mark.parametrize("at", range(0, 49, 2))
def test_g4_with_any_bit_flipped_is_dropped(at: int) -> None:
    for bit in range(8):
        datagram = bytearray(v.G4)
        datagram[at] ^= 1 << bit
        assert isinstance(read(bytes(datagram), STRICT, SOURCE, Port.ACCT, NOW), Drop)


def test_g5_gigawords() -> None:
    interim = record(v.G5)
    assert interim.kind is Kind.INTERIM
    assert (interim.upload_octets, interim.download_octets) == (8_589_934_591, 8_589_934_597)
    assert (interim.session_time, interim.event_at, interim.flags) == (86_400, 1_700_000_000.0, ())


def test_g6_and_g7_are_what_we_send() -> None:
    assert SEAL.request(40, 30, v.G6[38:]) == v.G6
    assert SEAL.request(43, 31, v.G7[38:]) == v.G7
    assert SEAL.vouches_for_request(parse(v.G6))
    assert SEAL.vouches(parse(v.G6), v.NO_AUTH)


@pytest.mark.parametrize("reply", [v.G6A, v.G6N])
def test_g6_answers_are_verified(reply: bytes) -> None:
    assert SEAL.vouches_for_reply(parse(reply), v.G6[4:20])
    assert not SEAL.vouches_for_reply(parse(reply), v.G7[4:20])
    for at in range(len(reply)):
        spoilt = reply[:at] + bytes((reply[at] ^ 1,)) + reply[at + 1 :]
        try:
            believed = SEAL.vouches_for_reply(parse(spoilt), v.G6[4:20])
        except Malformed:
            believed = False
        assert not believed


def test_g8_status_server() -> None:
    assert write(ask(v.G8), Alive()) == v.G8R
    reply = write(ask(v.G8, port=Port.ACCT), Alive())
    assert reply[0] == 5
    assert v.is_genuine(reply, v.RA)


def test_g9_chap_with_challenge() -> None:
    request = access(v.G9)
    assert request.chap == Chap(0x16, request.chap.response if request.chap else b"", bytes(range(16, 32)))
    assert request.chap is not None
    assert answers(request.chap, b"arctangent")


def test_g10_ms_chap_2_is_read() -> None:
    request = access(v.G10)
    assert (request.password, request.chap, request.oddities) == (None, None, ("missing:NAS-Identifier",))
    assert request.ms_chap == MsChap(2, 1, v.CHALLENGE, v.NT_RESPONSE, v.PEER_CHALLENGE)


def test_g11_the_accept_of_ms_chap_2_octet_for_octet() -> None:
    asked = ask(v.G10)
    known = facts(label="User", secret=b"clientPass", upload_bps=0, download_bps=0)
    assert isinstance(asked.question, AccessRequest)
    verdict = authorize(asked.question, known, NOW, UTC)
    assert isinstance(verdict, Accept)
    assert verdict.proof is not None
    salts = bytes.fromhex("0001")  # drawn so that they become 8001 and 8002
    added = mppe.proven(verdict.proof, SEAL, v.RA, lambda count: salts[:count])
    assert SEAL.reply(2, 42, v.RA, added) == v.G11
    whole = write(asked, verdict, lambda count: salts[:count])
    assert v.is_genuine(whole, v.RA)
    assert whole.endswith(added)


def test_g12_hiding() -> None:
    for length, golden in ((16, v.G12_16), (17, v.G12_17)):
        assert SEAL.hide(b"a" * length, v.RA) == golden
        assert SEAL.reveal(golden, v.RA) == b"a" * length


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 32, 33, 127, 128])
def test_hiding_goes_both_ways(length: int) -> None:
    password = b"\xff" * length
    assert SEAL.hide(password, v.RA) == v.hidden(password)
    assert SEAL.reveal(v.hidden(password), v.RA) == password


def test_only_its_own_octets_count_as_zero() -> None:
    assert access(v.H6A).username == b"nemo"
    outcome = read(v.H6B, STRICT, SOURCE, Port.AUTH, NOW)
    assert outcome == Drop("wrong_message_authenticator", alert=True)


def test_a_missing_message_authenticator() -> None:
    assert read(v.RFC_PAP, STRICT, SOURCE, Port.AUTH, NOW) == Drop("no_message_authenticator")
    assert access(v.RFC_PAP, LENIENT).username == b"nemo"
    for nas in (STRICT, LENIENT):
        assert read(v.H5, nas, SOURCE, Port.AUTH, NOW) == Drop("blastradius_shape", alert=True)
    status_without = v.build(12, 1, b"")
    assert read(status_without, LENIENT, SOURCE, Port.AUTH, NOW) == Drop("no_message_authenticator")
    eap_without = v.build(1, 1, v.attribute(79, b"\2\0\0\4"))
    assert read(eap_without, LENIENT, SOURCE, Port.AUTH, NOW) == Drop("no_message_authenticator")


def test_the_previous_secret_is_heard_and_answered_in_kind() -> None:
    nas = Nas("isp_demo", 1, "10.0.0.1", b"a newer secret", previous_secret=SECRET)
    assert write(ask(v.G1, nas), Reject("ended", "Expired")) == v.G3
    assert write(ask(v.G4, nas, Port.ACCT), Recorded()) == v.G4R


@pytest.mark.parametrize("port", list(Port))
@pytest.mark.parametrize("code", [0, 2, 3, 5, 11, 13, 40, 43, 52, 53, 255])
def test_other_codes_are_dropped_on_both_ports(code: int, port: Port) -> None:
    assert read(v.access(v.pap(b"nemo", b"x"), code=code), STRICT, SOURCE, port, NOW) == Drop("code")


def test_each_port_hears_its_own() -> None:
    assert read(v.G1, STRICT, SOURCE, Port.ACCT, NOW) == Drop("code")
    assert read(v.G4, STRICT, SOURCE, Port.AUTH, NOW) == Drop("code")
