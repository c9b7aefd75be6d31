"""Whoever knows the password signs in, once; a name that nobody has looks like a wrong password."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib import mschap
from kmikro.lib.sstp import Malformed
from kmikro.lib.sstp.chap import CHALLENGE, FAILURE, RESPONSE, SUCCESS, Examiner
from kmikro.lib.sstp.negotiation import REQUESTS, RESTART
from kmikro.lib.sstp.ppp import Packet
from tests.kmikro.sstp.calls import NT, USER, find

PEER = bytes(range(16))


def examiner() -> Examiner:
    return Examiner(find, lambda many: bytes(range(many)))


def answer(asked: Packet, name: bytes = USER.encode(), nt: bytes = NT, told: bytes = b"") -> Packet:
    challenge = asked.data[1:17]
    hashed = mschap.challenge_hash(PEER, challenge, name)
    value = PEER + bytes(8) + mschap.challenge_response(hashed, nt) + b"\0"
    return Packet(RESPONSE, asked.ident, bytes((49,)) + value + (told or name))


def test_the_password_opens_and_we_prove_that_we_know_it() -> None:
    asks = examiner()
    asked = asks.ask(0)
    assert (asked.code, asked.data[0], asked.data[17:]) == (CHALLENGE, 16, b"kmikro")
    (verdict,) = asks.take(answer(asked))
    assert verdict.code == SUCCESS
    assert verdict.data.startswith(b"S=")
    assert len(verdict.data.split()[0]) == 42
    assert asks.person is not None
    assert asks.person.address == "10.99.0.7"
    assert asks.keys is not None
    assert asks.take(answer(asked)) == [verdict], "it had not heard it"
    assert asks.take(answer(asked, nt=bytes(16))) == []


def test_a_domain_before_the_name_is_no_part_of_the_answer() -> None:
    asks = examiner()
    asks.take(answer(asks.ask(0), told=b"OFFICE\\" + USER.encode()))
    assert asks.person is not None


@pytest.mark.parametrize(
    "spoilt", [{"nt": bytes(16)}, {"name": b"kmikro-10.99.0.8"}, {"name": b"\xff"}, {"name": b""}]
)
def test_a_wrong_password_and_a_name_that_nobody_has_look_alike(spoilt: dict[str, bytes]) -> None:
    asks = examiner()
    asked = asks.ask(0)
    (verdict,) = asks.take(answer(asked, **spoilt))
    fresh = bytes(range(16)).hex().upper()
    assert verdict == Packet(FAILURE, asked.ident, f"E=691 R=0 C={fresh} V=3 M=Access denied".encode())
    assert (asks.has_failed, asks.person, asks.keys) == (True, None, None)
    assert asks.take(answer(asked)) == [], "one try for each connection"
    assert asks.person is None


def test_answers_to_something_else_are_none() -> None:
    asks = examiner()
    asked = asks.ask(0)
    right = answer(asked)
    assert asks.take(Packet(RESPONSE, asked.ident ^ 1, right.data)) == []
    assert asks.take(Packet(SUCCESS, asked.ident, right.data)) == []
    for wrong in (b"", b"\x31", bytes((16,)) + bytes(60), bytes((49,)) + bytes(48)):
        with pytest.raises(Malformed):
            asks.take(Packet(RESPONSE, asked.ident, wrong))


def test_nobody_is_asked_for_ever() -> None:
    asks = examiner()
    sent, now = [asks.ask(0.0)], 0.0
    with pytest.raises(Malformed):
        while now < 1000:
            now += 1
            sent += asks.tick(now)
    assert len(sent) == REQUESTS
    assert now <= RESTART * REQUESTS
    assert len(set(sent)) == 1, "the same challenge each time"


@given(st.binary(max_size=80))
def test_whatever_comes_lets_nobody_in(data: bytes) -> None:
    asks = examiner()
    asked = asks.ask(0)
    try:
        asks.take(Packet(RESPONSE, asked.ident, data))
    except Malformed:
        pass
    assert asks.person is None
