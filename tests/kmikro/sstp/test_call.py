"""A whole call: who gets in, who does not, what time does, and that no octets break it."""

import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmikro.lib.sstp import call as calls
from kmikro.lib.sstp.call import Call
from tests.kmikro.sstp.calls import ADDRESS, HUB, TERMS, Talk, talk
from tests.kmikro.sstp.router import CONNECT, HELLO, Router, control, packet, ppp, udp

MINE = udp(ADDRESS, HUB)


@pytest.mark.parametrize(
    "more", [{}, {"sha1": True}, {"compress": True}, {"more_ipcp": b"\x02\x06\0\x2d\x0f\x01\x81\x06\0\0\0\0"}]
)
def test_a_router_comes_in_and_packets_pass(more: dict[str, Any]) -> None:
    made = talk(**more)
    assert (made.call.is_up, made.router.is_up, made.call.is_over) == (True, True, "")
    assert (made.router.address, made.router.hub, made.call.address) == (ADDRESS, HUB, ADDRESS)
    assert made.router.rejected == [0x8057], "IPv6 there is none"
    made.give(made.router.sends(MINE))
    assert made.packets == [MINE]
    back = udp(HUB, ADDRESS)
    made.router.feed(made.call.packet(back))
    assert made.router.packets == [back]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"password": "another"}, "wrong name or password"),
        ({"user": "kmikro-10.99.0.8"}, "wrong name or password"),
        ({"certificate": b"of the man in the middle"}, "another certificate"),
        ({"nonce": os.urandom(32)}, "another connection"),
    ],
)
def test_nobody_else_comes_in(wrong: dict[str, Any], why: str) -> None:
    made = talk(**wrong)
    assert why in made.call.is_over
    assert (made.call.is_up, made.call.signed_in_wrong) == (False, True)
    made.give(made.router.sends(MINE))
    assert made.packets == []
    assert made.call.packet(udp(HUB, ADDRESS)) == b""
    assert made.router.controls[-1][0] in (5, 6), "it is told that the call is over"


def test_without_the_crypto_binding_no_packet_passes_and_time_ends_it() -> None:
    def without(octets: bytes) -> bytes:
        at = octets.find(b"\x10\x01\x00\x70")
        return octets if at < 0 else octets[:at] + octets[at + 112 :]

    made = talk(twist=without)
    assert all(made.router.ipcp)
    made.give(made.router.sends(MINE))
    assert (made.call.is_up, made.packets) == (False, [])
    assert made.call.tick(calls.TO_OPEN - 0.1) == b""
    assert made.call.tick(calls.TO_OPEN) != b""
    assert made.call.is_over == "it took too long to open"


def test_a_binding_is_good_once() -> None:
    made = talk()
    made.give(made.router.said_connected)
    assert "twice" in made.call.is_over
    other = talk()
    again = Talk(Router("", "", b""), Call(TERMS, 0.0))
    for piece in other.sent:  # a recording of a whole call, sent again
        again.call.feed(piece, 0.0)
    assert not again.call.is_up
    assert again.call.address == "", "the challenge is another one"


def test_before_its_time_the_binding_is_malformed() -> None:
    made = Call(TERMS, 0.0)
    made.feed(HELLO + CONNECT + bytes.fromhex("10010070 0004 0001 00030068") + bytes(100), 0.0)
    assert "before anybody signed in" in made.is_over


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", "no request"),
        (HELLO + packet(0xC021, ppp(1, 1)), "before the call"),
        (HELLO + CONNECT + CONNECT, "second call"),
        (HELLO + CONNECT + control(2), "no place here"),
        (HELLO + CONNECT + control(77), "no place here"),
        (HELLO + CONNECT + control(8), "no place here"),
        (HELLO + CONNECT + b"\x20\0\0\4", "no version"),
        (HELLO + bytes.fromhex("1001000e 00010001 00010006 0002"), "another protocol"),
        (HELLO + CONNECT + control(5), "broke off"),
        (HELLO + CONNECT + control(6), "hung up"),
    ],
)
def test_what_has_no_place_ends_the_call(octets: bytes, why: str) -> None:
    made = Call(TERMS, 0.0)
    answer, packets = made.feed(octets, 0.0)
    assert why in made.is_over
    assert packets == []
    assert answer, "the other end is told"
    assert made.feed(octets, 0.0) == (b"", [])


def test_nobody_may_take_his_time() -> None:
    made = Call(TERMS, 0.0)
    for octet in range(9):  # one octet a second
        made.feed(HELLO[octet : octet + 1], float(octet))
        made.tick(float(octet))
    assert not made.is_over
    assert made.tick(calls.TO_SIGN_IN).startswith(b"HTTP/1.1 404")
    assert made.is_over == "it took too long to sign in"


def test_silence_is_asked_and_then_believed() -> None:
    made = talk()
    made.give(made.router.sends(MINE))
    assert made.call.tick(29.0) == b""
    asked = made.call.tick(30.0)
    assert asked == control(8)
    made.now = 31.0
    made.give(made.router.feed(asked))
    assert made.call.heard_at == 31.0
    assert made.call.tick(60.0) == b""
    assert [made.call.tick(each) for each in (61.0, 91.0)] == [control(8)] * 2
    assert made.call.tick(120.0) == b""
    assert made.call.tick(121.0) != b""
    assert "nothing was heard" in made.call.is_over


def test_the_router_may_ask_too_and_we_may_hang_up() -> None:
    made = talk()
    answer, _ = made.call.feed(control(8), 0.0)
    assert answer == control(9)
    made.router.feed(made.call.end("the router was removed"))
    assert made.router.controls[-1][0] == 6
    assert (made.call.is_up, made.call.end("again"), made.call.is_over) == (
        False,
        b"",
        "the router was removed",
    )


def test_nothing_changes_wherever_the_stream_was_cut() -> None:
    for size in (1, 2, 3, 7, 50):
        made = Talk(Router(*_ME), Call(TERMS, 0.0))
        pieces = made.router.begin()
        while pieces:
            answers = b""
            for at in range(0, len(pieces), size):
                answer, packets = made.call.feed(pieces[at : at + size], 0.0)
                answers += answer
            pieces = b""
            for at in range(0, len(answers), size):
                pieces += made.router.feed(answers[at : at + size])
        assert made.call.is_up, size
        assert made.router.is_up


_ME = (
    "kmikro-10.99.0.7",
    "bWFueSBhIHNlY3JldA==",
    b"a certificate in DER, as far as the digests are concerned",
)


def test_cut_off_after_any_message_the_call_ends_in_time() -> None:
    whole = talk()
    for many in range(1, len(whole.sent)):
        made = Talk(Router(*_ME), Call(TERMS, 0.0))
        octets = made.router.begin()
        for _ in range(many):
            answer, _packets = made.call.feed(octets, 0.0)
            octets = made.router.feed(answer)
        said = 0
        for second in range(200):
            said += len(made.call.tick(float(second)))
            if made.call.is_over:
                break
        assert made.call.is_over
        assert second <= 125
        assert said < 2000, "what is said again has a bound"


@settings(max_examples=200)
@given(st.integers(0, 12), st.binary(max_size=300), st.booleans())
def test_no_octets_at_any_point_break_it(after: int, octets: bytes, is_framed: bool) -> None:
    made = Talk(Router(*_ME), Call(TERMS, 0.0))
    said = made.router.begin()
    for _ in range(after):
        if said:
            answer, _ = made.call.feed(said, 0.0)
            said = made.router.feed(answer)
    if is_framed:
        octets = bytes((0x10, len(octets) & 1)) + (len(octets) + 4).to_bytes(2, "big") + octets
    made.call.feed(octets, 0.0)
    for second in range(130):
        made.call.tick(float(second))
    assert made.call.is_over


@settings(max_examples=200)
@given(st.binary(max_size=200), st.sampled_from([0xC021, 0xC223, 0x8021, 0x0021, 0x8057]))
def test_no_ppp_breaks_a_call_or_makes_a_packet_of_another(payload: bytes, protocol: int) -> None:
    made = talk()
    _, packets = made.call.feed(packet(protocol, payload), 0.0)
    assert packets in ([], [payload])
    assert not packets or protocol == 0x21
