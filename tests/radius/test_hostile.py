"""Hostile inputs 1 to 25, as far as they reach this side."""

from __future__ import annotations

import time
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from radius import policy, reports, token
from radius.accounting import advance
from radius.engine import Engine
from radius.events import (
    Accept,
    AccessRequest,
    AccountingRecord,
    Ask,
    Drop,
    Nas,
    Port,
    Reject,
    Resend,
)
from radius.packet import parse
from radius.seal import Seal
from radius.wire import read, write
from tests.radius import vectors as v
from tests.radius.fakes import facts

STRICT = Nas("isp_demo", 1, "10.0.0.1", v.SECRET)
LENIENT = replace(STRICT, require_message_auth=False)
SOURCE = ("10.0.0.1", 40_000)
NOW = 1_700_000_010.0
UTC = ZoneInfo("UTC")
NEMO = v.pap(b"nemo", b"arctangent")


def hear(datagram: bytes, nas: Nas = STRICT, port: Port = Port.AUTH) -> Ask | Drop:
    return read(datagram, nas, SOURCE, port, NOW)


def judge(body: bytes, username: bytes = b"nemo") -> Accept | Reject:
    outcome = hear(v.access(body))
    assert isinstance(outcome, Ask), outcome
    request = outcome.question
    assert isinstance(request, AccessRequest)
    known = facts() if request.username == username else None
    verdict = policy.authorize(request, known, NOW, UTC)
    assert v.is_genuine(write(outcome, verdict), v.RA)
    return verdict


def record(body: bytes) -> AccountingRecord:
    outcome = hear(v.accounting(body), port=Port.ACCT)
    assert isinstance(outcome, Ask), outcome
    assert isinstance(outcome.question, AccountingRecord)
    return outcome.question


@pytest.mark.parametrize("datagram", [v.H1, v.H2, v.H3, v.H4])
def test_1_to_4_are_dropped_in_no_time(datagram: bytes) -> None:
    began = time.perf_counter()
    outcomes = [hear(datagram, nas) for nas in [STRICT] * 200]
    assert (time.perf_counter() - began) / 200 < 0.001
    assert all(isinstance(each, Drop) for each in outcomes)


@pytest.mark.parametrize(
    "value",
    ["00003a8c08000800", "00003a8c0803410800", "00003a8c080100", "00003a8c", "00003a", "0000", "00", ""],
)
def test_1_and_5_broken_vendor_attributes_are_opaque_in_a_signed_packet(value: str) -> None:
    assert isinstance(judge(NEMO + v.attribute(26, v.octets(value))), Accept)


def test_6_empty_attributes_by_the_thousand() -> None:
    datagram = v.build(1, 1, v.octets("1202") * 2038)
    assert len(datagram) == 4096
    began = time.perf_counter()
    assert hear(datagram) == Drop("malformed_too_many_attributes")
    assert time.perf_counter() - began < 0.005


@pytest.mark.parametrize("size", [4097, 65_507])
def test_7_oversize(size: int) -> None:
    assert hear(v.G1 + bytes(size - len(v.G1))) == Drop("malformed_oversize")


@pytest.mark.parametrize(
    "body", [v.attribute(5, bytes(3)), v.attribute(4, bytes(3)), v.attribute(8, bytes(5))]
)
def test_8_numbers_of_a_wrong_length_are_ignored(body: bytes) -> None:
    assert isinstance(judge(NEMO + body), Accept)


@pytest.mark.parametrize("size", [0, 15, 17, 144])
def test_9_user_passwords_of_impossible_length(size: int) -> None:
    verdict = judge(v.attribute(1, b"nemo") + v.attribute(2, bytes(size)))
    assert isinstance(verdict, Reject)
    assert verdict.code == "malformed"


@pytest.mark.parametrize("body", [v.attribute(3, bytes(5)), b"", v.attribute(3, b"")])
def test_10_a_challenge_without_a_proper_answer(body: bytes) -> None:
    assert isinstance(judge(v.attribute(1, b"nemo") + v.attribute(60, bytes(16)) + body), Reject)


@pytest.mark.parametrize(
    "name",
    [
        b"x" * 253,
        b"\0",
        b"nemo\0",
        b"\xff\xfe\xfd",
        "\u202eomen".encode(),
        b"bob\nAccept",
        b"' OR 1=1--",
        b"${jndi:ldap://x}",
        b"{{7*7}}",
        b"%n",
        b"NEMO",
    ],
)
def test_11_strange_names_are_octets_and_nobody(name: bytes) -> None:
    verdict = judge(v.pap(name, b"arctangent"))
    assert isinstance(verdict, Reject)
    assert verdict.code == "unknown_user"
    text = verdict.trace[-1].text
    assert text.isprintable()


@pytest.mark.parametrize(
    "double",
    [v.attribute(1, b"nemo"), v.attribute(31, b"02:00:00:00:00:01") * 2, v.attribute(32, b"other") * 2],
)
def test_12_singletons_are_single(double: bytes) -> None:
    verdict = judge(NEMO + double)
    assert isinstance(verdict, Reject)
    assert verdict.code == "malformed"


def test_13_attributes_injected_through_the_login_form_change_nothing() -> None:
    injected = v.attribute(8, bytes((10, 9, 9, 9))) + v.vendor(14988, 8, b"999M") + v.whole(27, 1)
    assert judge(NEMO + injected) == judge(NEMO)


@pytest.mark.parametrize("size", [0, 15, 17])
def test_14_message_authenticators_of_a_wrong_shape(size: int) -> None:
    assert isinstance(hear(v.build(1, 1, v.attribute(80, bytes(size)) + NEMO), LENIENT), Drop)


def test_14_two_message_authenticators_and_one_inside_a_vendor_attribute() -> None:
    sealed = v.access(NEMO)
    assert isinstance(hear(v.build(1, 7, sealed[20:38] * 2 + NEMO)), Drop)
    assert hear(v.build(1, 7, v.vendor(14988, 80, bytes(16)) + NEMO)) == Drop("no_message_authenticator")


def test_15_and_16_forged_shapes_raise_an_alarm() -> None:
    assert hear(v.H6B) == Drop("wrong_message_authenticator", alert=True)
    for nas in (STRICT, LENIENT):
        assert hear(v.H5, nas) == Drop("blastradius_shape", alert=True)


def test_17_absurd_counters_are_kept_raw_and_out_of_the_sum() -> None:
    session = v.whole(40, 3) + v.attribute(44, b"81a00001")
    most = v.whole(42, 0xFFFF_FFFF) + v.whole(52, 0xFFFF_FFFF) + v.whole(46, 3600)
    absurd = record(session + most)
    assert (absurd.upload_octets, absurd.flags) == (2**64 - 1, ("absurd_counters",))
    endless = record(session + v.whole(42, 5) + v.whole(46, 0xFFFF_FFFF))
    assert (endless.session_time, endless.flags) == (0xFFFF_FFFF, ("absurd_session_time",))
    state = advance(advance(None, reports.of(absurd)), reports.of(endless))
    assert (state.upload, state.seconds) == (0, 0)


def test_18_a_token_of_another_tenant_is_seen() -> None:
    foreign = record(v.whole(40, 2) + v.attribute(44, b"81") + v.attribute(25, token.issue("isp_other", 5)))
    assert token.is_foreign(foreign.class_, foreign.schema)
    own = record(v.whole(40, 2) + v.attribute(44, b"81") + v.attribute(25, token.issue("isp_demo", 5)))
    assert token.service_of(own.class_, own.schema) == 5


def test_19_a_record_belongs_to_the_router_that_signed_it() -> None:
    claims = v.attribute(4, bytes((10, 0, 0, 2))) + v.attribute(32, b"router-2")
    assert record(v.whole(40, 2) + v.attribute(44, b"81") + claims).router_id == 1


@pytest.mark.parametrize("session_id", [b"", b"x" * 253, b"\0\xff", "\u202e".encode()])
def test_21_free_form_session_ids(session_id: bytes) -> None:
    told = record(v.whole(40, 1) + v.attribute(44, session_id))
    assert told.session_id.isprintable() or not told.session_id
    assert ("missing:Acct-Session-Id" in told.flags) == (not session_id)
    assert reports.read(reports.write([reports.of(told)])) == [reports.of(told)]


def test_22_a_flood_of_status_requests_and_24_of_identifiers() -> None:
    engine = Engine()
    answered = sum(isinstance(hear_in(engine, v.G8, at / 1000), Ask) for at in range(1000))
    assert answered == 10
    for number in range(3000):
        authenticator = number.to_bytes(16, "big")
        outcome = hear_in(engine, v.access(v.pap(b"nemo", b"x", authenticator), 7, authenticator), 1.0)
        assert isinstance(outcome, Ask)
        engine.answer(outcome, Reject("ended", "Ended"), 1.0)
    assert len(engine) == 1


def hear_in(engine: Engine, datagram: bytes, now: float) -> Ask | Resend | Drop:
    return engine.receive(datagram, STRICT, SOURCE, Port.AUTH, now, NOW)


def test_23_a_wrong_secret_is_dropped_with_an_alarm() -> None:
    nas = replace(STRICT, secret=b"something else entirely")
    assert hear(v.G1, nas) == Drop("wrong_message_authenticator", alert=True)
    assert hear(v.G4, nas, Port.ACCT) == Drop("wrong_authenticator", alert=True)


def test_25_forged_answers_to_a_disconnect() -> None:
    seal = Seal(v.SECRET)
    assert seal.vouches_for_reply(parse(v.G6A), v.G6[4:20])
    assert not seal.vouches_for_reply(parse(v.build(41, 30, b"", v.G6A[4:20])), v.G6[4:20])
    assert not Seal(b"another").vouches_for_reply(parse(v.G6A), v.G6[4:20])
