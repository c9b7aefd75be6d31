"""Seals agree with hashlib and hmac for every length of secret, and refuse to be empty."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radius.events import Chap
from radius.packet import parse
from radius.seal import Seal, answers, same, seal_of
from tests.radius import vectors as v

secrets = st.binary(min_size=1, max_size=140)


@given(secrets, st.binary(max_size=60), st.binary(min_size=16, max_size=16))
def test_message_authenticators_are_hmac_md5(secret: bytes, text: bytes, authenticator: bytes) -> None:
    body = v.attribute(18, text)
    sent = parse(Seal(secret).access_request(1, 9, authenticator, body))
    zeroed = sent.octets[:22] + bytes(16) + sent.octets[38:]
    assert sent.octets[22:38] == hmac.new(secret, zeroed, "md5").digest()
    assert Seal(secret).vouches(sent, sent.authenticator)
    assert not Seal(secret + b"x").vouches(sent, sent.authenticator)


@given(secrets, st.binary(max_size=60), st.booleans())
def test_requests_and_replies_verify(secret: bytes, text: bytes, sealed: bool) -> None:
    seal, body = Seal(secret), v.attribute(18, text)
    request = parse(seal.request(40, 9, body, sealed=sealed))
    assert seal.vouches_for_request(request)
    assert seal.vouches(request, bytes(16)) is sealed
    assert seal.vouches_for_reply(
        parse(seal.reply(41, 9, request.authenticator, body)), request.authenticator
    )
    plain = parse(seal.plain_reply(41, 9, request.authenticator, body))
    assert not seal.vouches_for_reply(plain, request.authenticator)


@given(secrets, st.binary(max_size=128).filter(lambda each: not each.endswith(b"\0")))
def test_what_is_hidden_is_revealed(secret: bytes, password: bytes) -> None:
    hidden = Seal(secret).hide(password, v.RA)
    assert hidden == v.hidden(password, v.RA, secret)
    assert Seal(secret).reveal(hidden, v.RA) == password


@pytest.mark.parametrize("size", [0, 1, 15, 17, 129, 144])
def test_what_no_password_hides_as_is_not_revealed(size: int) -> None:
    assert Seal(v.SECRET).reveal(bytes(size), v.RA) is None


def test_chap() -> None:
    made = Chap(1, hashlib.md5(b"\1passchallenge").digest(), b"challenge")
    assert answers(made, b"pass")
    assert not answers(made, b"pass ")


def test_a_secret_is_never_empty_and_its_seal_is_kept() -> None:
    with pytest.raises(ValueError, match="never empty"):
        Seal(b"")
    assert seal_of(b"one") is seal_of(b"one")
    assert same(b"a", b"a")
    assert not same(b"a", b"ab")
