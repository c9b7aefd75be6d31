"""Whole sign-ins in memory: a device of our own making, real TLS, the real rules."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from OpenSSL import SSL

from radius import policy
from radius.credentials import Challenge
from radius.eap.conversation import MOST_OCTETS, MOST_ROUNDS, Conversation
from radius.eap.inner import Claim
from radius.eap.tunnel import Tunnel
from radius.events import Accept, AccessRequest, Reject
from radius.known import Facts
from tests.radius.eap import shown
from tests.radius.eap.device import PEAP, TTLS, Device, response, talk
from tests.radius.eap.test_inner import changed
from tests.radius.fakes import ROUTER, facts

STATE = bytes(range(16))
WAYS = [(PEAP, "mschapv2"), (TTLS, "pap"), (TTLS, "mschapv2")]
NOW = 1_700_000_000.0


def begun() -> Conversation:
    return Conversation(STATE, partial(Tunnel, shown.shared()))


def rules(known: Facts | None = None, asked: list[Claim] | None = None) -> Callable[[Claim], Accept | Reject]:
    """Policy over one account."""

    def judge(claim: Claim) -> Accept | Reject:
        if asked is not None:
            asked.append(claim)
        request = AccessRequest(
            ROUTER, 1, bytes(16), ("127.0.0.1", 1), claim.username, claim.password, None,
            ms_chap=claim.ms_chap, tunnel="PEAP", service_type=2,
        )  # fmt: skip
        mine = (known or facts()) if claim.username == b"nemo" else None
        return policy.authorize(request, mine, NOW, ZoneInfo("UTC"))

    return judge


@pytest.mark.parametrize(("method", "inner"), WAYS)
@pytest.mark.parametrize("piece", [1200, 60])
def test_a_right_password_opens_and_both_ends_have_one_key(method: int, inner: str, piece: int) -> None:
    conversation, device = begun(), Device(method, inner, piece=piece)
    verdict = talk(conversation, device, rules())
    assert isinstance(verdict, Accept)
    assert verdict.link is not None
    assert (verdict.link.username, verdict.link.key) == (b"nemo", device.key)
    assert verdict.proof is None, "the proof went through the tunnel"
    assert device.key.hex() not in repr(verdict)
    assert 900 < device.largest <= 1000, "our certificate comes in pieces"
    assert device.believes is (inner == "mschapv2")
    assert conversation.is_over


@pytest.mark.parametrize(("method", "inner"), WAYS)
def test_a_wrong_password_or_name_opens_nothing(method: int, inner: str) -> None:
    for device in (Device(method, inner, password=b"wrong"), Device(method, inner, name=b"captain")):
        asked: list[Claim] = []
        verdict = talk(begun(), device, rules(asked=asked))
        assert isinstance(verdict, Reject)
        assert verdict.code == ("wrong_password" if device.name == b"nemo" else "unknown_user")
        assert len(asked) == 1
        assert verdict.delay is (method == TTLS), "in PEAP the delay was spent before the device was told"
        if method == PEAP:
            assert b"E=691 R=0 C=" in device.heard[-2]
        assert device.believes is False


def test_in_peap_the_reason_is_told_within() -> None:
    device = Device()
    verdict = talk(begun(), device, rules(facts(status="suspended")))
    assert isinstance(verdict, Reject)
    assert b"E=647" in device.heard[-2]
    assert device.heard[-2].endswith(b"M=" + verdict.message.encode())


def test_a_password_is_judged_twice_with_mschap_and_the_last_word_counts() -> None:
    asked: list[Claim] = []
    verdict = talk(begun(), Device(), rules(asked=asked))
    assert isinstance(verdict, Accept)
    assert [each.is_last for each in asked] == [False, True]
    known = facts()

    def suspended_meanwhile(claim: Claim) -> Accept | Reject:
        return rules(facts(status="suspended") if claim.is_last else known)(claim)

    verdict = talk(begun(), Device(), suspended_meanwhile)
    assert isinstance(verdict, Reject)
    assert (verdict.code, verdict.delay) == ("suspended", True)


def test_a_voucher_is_its_own_password_here_too() -> None:
    voucher = facts(label="K7QM2XWP9D", kind="voucher", secret=None)

    def judge(claim: Claim) -> Accept | Reject:
        request = AccessRequest(
            ROUTER,
            1,
            bytes(16),
            ("127.0.0.1", 1),
            claim.username,
            claim.password,
            None,
            ms_chap=claim.ms_chap,
        )
        return policy.authorize(request, voucher, NOW, ZoneInfo("UTC"))

    for method, inner in WAYS:
        device = Device(method, inner, name=b"K7QM-2XWP-9D", password=b"K7QM2XWP9D")
        assert isinstance(talk(begun(), device, judge), Accept)


def test_a_device_set_up_for_something_else_is_refused_with_a_reason() -> None:
    verdict = talk(begun(), Device(13), rules())  # EAP-TLS
    assert isinstance(verdict, Reject)
    assert (verdict.code, verdict.trace[-1].code) == ("eap_method", "eap_method")


def test_a_device_that_does_not_speak_tls_1_2_is_refused_with_a_reason() -> None:
    device = Device(versions=(SSL.TLS1_3_VERSION, SSL.TLS1_3_VERSION))
    verdict = talk(begun(), device, rules())
    assert isinstance(verdict, Reject)
    assert verdict.code == "tls_failed"
    assert "TLS 1.2" in verdict.trace[-1].text


def test_eap_start_is_answered_by_asking_for_a_name() -> None:
    conversation = begun()
    asked = conversation.hear(b"")
    assert asked == Challenge(b"\x01\x01\0\x05\x01", STATE)
    assert isinstance(talk(conversation, Device(), rules(), response(1, 1, b"anonymous")), Accept)


def test_the_same_packet_again_gets_the_same_answer_at_any_point() -> None:
    for method, inner in WAYS:
        conversation, device = begun(), Device(method, inner)
        octets, verdict = device.identity(), None
        while verdict is None:
            answer: object = conversation.hear(octets)
            assert conversation.hear(octets) is answer
            if isinstance(answer, Claim):
                answer = conversation.judge(rules()(answer))
                if isinstance(answer, Accept):
                    again = conversation.hear(octets)
                    assert isinstance(again, Claim)
                    assert conversation.judge(rules()(again)) == answer
                    verdict = answer
                else:
                    assert conversation.hear(octets) is answer
            if isinstance(answer, Challenge):
                octets = device.answer(answer.eap)
        assert isinstance(conversation.hear(octets + b"\0"), Reject), (
            "padding makes another packet; it is over"
        )


@pytest.mark.parametrize(
    "first",
    [
        response(7, 25, b"\0"),  # a method before a name
        response(7, 3, b"\x15"),
        b"\x01\x07\0\x05\x01",  # a request
        b"\x02\x07\0\xff\x01",  # a length that lies
        b"\x02",
    ],
)
def test_what_no_device_begins_with_ends_it(first: bytes) -> None:
    verdict = begun().hear(first)
    assert isinstance(verdict, Reject)
    assert verdict.code == "eap_broken"


@pytest.mark.parametrize(
    "second",
    [
        response(9, 25, b"\0"),  # another question's number
        response(8, 25, b"\0"),  # nothing where a ClientHello has to be
        response(8, 21, b"\0"),  # another method than was asked
        response(8, 25, b"\x01\x16"),  # PEAP version 1
        response(8, 25, b""),
        response(8, 25, b"\0GET / HTTP/1.0"),
        response(8, 3, b""),
        response(8, 3, b"\x0d\x1a"),
    ],
)
def test_what_no_device_goes_on_with_ends_it(second: bytes) -> None:
    conversation = begun()
    start = conversation.hear(Device().identity())
    assert start == Challenge(b"\x01\x08\0\x06\x19\x20", STATE)
    verdict = conversation.hear(second)
    assert isinstance(verdict, Reject)
    assert conversation.is_over
    assert isinstance(conversation.hear(Device().identity()), Reject)


def test_pieces_without_an_end_are_cut_off() -> None:
    conversation = begun()
    answer: object = conversation.hear(Device().identity())
    rounds, head = 0, b"\xc0\0\x01\0\0"
    while isinstance(answer, Challenge):
        answer = conversation.hear(response(answer.eap[1], 25, head + b"\x16"))
        rounds, head = rounds + 1, b"\x40"
    assert isinstance(answer, Reject)
    assert rounds == MOST_ROUNDS
    conversation, head, heard = begun(), b"\xc0\0\x01\0\0", 0
    answer = conversation.hear(Device().identity())
    while isinstance(answer, Challenge):
        answer = conversation.hear(response(answer.eap[1], 25, head + bytes(3900)))
        head, heard = b"\x40", heard + 3900
    assert heard <= MOST_OCTETS + 3900


def test_a_broken_tunnel_after_a_refusal_is_still_that_refusal() -> None:
    conversation, device, octets = begun(), Device(password=b"wrong"), b""
    octets = device.identity()
    while True:
        answer: object = conversation.hear(octets)
        if isinstance(answer, Claim):
            break
        assert isinstance(answer, Challenge)
        octets = device.answer(answer.eap)
    told = conversation.judge(rules()(answer))
    assert isinstance(told, Challenge)
    verdict = conversation.hear(response(told.eap[1], 25, b"\0" + b"\x17\x03\x03\0\x05wrong"))
    assert isinstance(verdict, Reject)
    assert (verdict.code, verdict.delay) == ("wrong_password", False)


def test_changed_packets_end_it_or_go_on_and_never_raise() -> None:
    """Every packet of a good sign-in, changed, at its own place, and then the good one after it."""
    dice = random.Random(8021)
    ends = 0
    for number in range(600):
        method, inner = WAYS[number % 3]
        conversation, device = begun(), Device(method, inner, piece=dice.choice((200, 1200)))
        octets, at = device.identity(), dice.randrange(9)
        for step in range(60):
            answer: object = conversation.hear(changed(dice, octets) if step == at else octets)
            if isinstance(answer, Claim):
                answer = conversation.judge(rules()(answer))
            if not isinstance(answer, Challenge):
                ends += isinstance(answer, Reject)
                break
            try:
                octets = device.answer(answer.eap)
            except (AssertionError, SSL.Error, IndexError):  # the device has been confused
                octets = response(answer.eap[1], method, dice.randbytes(9))
    assert ends > 100


def test_many_changed_packets_at_the_door() -> None:
    """100,000 first and second packets: no exception, and nothing but a challenge or a refusal."""
    dice = random.Random(8022)
    hello = Device()
    names = Device().identity()
    start = begun().hear(names)
    assert isinstance(start, Challenge)
    second = hello.answer(start.eap)
    good = 0
    for number in range(100_000):
        conversation = begun()
        if number % 4:
            answer = conversation.hear(changed(dice, names))
        else:
            conversation.hear(names)
            answer = conversation.hear(changed(dice, second))
        assert isinstance(answer, Challenge | Reject)
        good += isinstance(answer, Challenge)
    assert good > 10_000
