"""MS-CHAP answers against RFC 2433, RFC 2759 and RFC 3079."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib import mschap as arithmetic
from radius import mschap
from radius.credentials import MsChap
from tests.radius import vectors as v

NT = bytes.fromhex("44ebba8d5312b8d611474411f56989ae")
ASKED = MsChap(2, 1, v.CHALLENGE, v.NT_RESPONSE, v.PEER_CHALLENGE)


def test_rfc_2433_and_what_a_router_makes_of_the_version_1_keys() -> None:
    challenge, nt = bytes.fromhex("102db5df085d3041"), arithmetic.nt_hash(b"MyPw")
    assert nt is not None
    response = arithmetic.challenge_response(challenge, nt)
    assert response.hex() == "4e9d3c8f9cfd385d5bf4d3246791956ca4c351ab409a3d61"
    proof = mschap.prove(MsChap(1, 0, challenge, response), b"whoever", nt, keys=True)
    assert proof is not None
    assert (proof.success, proof.keys) == (b"", None)
    client = mschap.prove(
        MsChap(1, 0, challenge, arithmetic.challenge_response(challenge, NT)), b"", NT, keys=True
    )
    assert client is not None
    assert client.v1_keys is not None
    key = client.v1_keys[8:]  # RFC 3079, section 2.5.3
    assert hashlib.sha1(key + key + challenge).digest()[:16].hex() == "a8947850cfc0acc1d1789fb62ddcddb0"


def test_a_right_answer_proves_us_too() -> None:
    proof = mschap.prove(ASKED, b"User", NT, keys=True)
    assert proof is not None
    assert proof.success == b"\x01S=407A5589115FD0D6209F510FE9C04566932CDA56"
    assert proof.keys == arithmetic.session_keys(NT, v.NT_RESPONSE)
    assert "8b7c" not in repr(proof)
    bare = mschap.prove(ASKED, b"User", NT, keys=False)
    assert bare is not None
    assert bare.keys is None


@pytest.mark.parametrize("username", [b"user", b"User ", b"DOMAIN\\User", b""])
def test_the_name_is_part_of_the_answer(username: bytes) -> None:
    assert mschap.prove(ASKED, username, NT, keys=True) is None


@given(st.integers(0, 191))
def test_one_wrong_bit_is_wrong(bit: int) -> None:
    spoilt = (int.from_bytes(v.NT_RESPONSE, "big") ^ 1 << bit).to_bytes(24, "big")
    asked = MsChap(2, 1, v.CHALLENGE, spoilt, v.PEER_CHALLENGE)
    assert mschap.prove(asked, b"User", NT, keys=True) is None


@given(
    st.text(min_size=1, max_size=40),
    st.binary(max_size=20),
    st.binary(min_size=16, max_size=16),
    st.booleans(),
)
def test_whoever_knows_the_password_gets_in_and_nobody_else(
    password: str, name: bytes, challenge: bytes, second: bool
) -> None:
    octets = password.encode("utf-8", "surrogatepass")
    nt = arithmetic.nt_hash(octets)
    if nt is None:
        assert any("\ud800" <= each <= "\udfff" for each in password)
        return
    if second:
        hashed = arithmetic.challenge_hash(v.PEER_CHALLENGE, challenge, name)
        asked = MsChap(2, 7, challenge, arithmetic.challenge_response(hashed, nt), v.PEER_CHALLENGE)
    else:
        asked = MsChap(1, 7, challenge[:8], arithmetic.challenge_response(challenge[:8], nt))
    assert mschap.prove(asked, name, nt, keys=True) is not None
    other = arithmetic.nt_hash(octets + b"!")
    assert other is not None
    assert mschap.prove(asked, name, other, keys=True) is None


def test_a_password_that_is_no_text_has_no_hash() -> None:
    assert arithmetic.nt_hash(b"se\xffcret") is None


def test_errors_are_worded_as_rfc_2759_has_them() -> None:
    fresh = bytes(range(16))
    text = b"\x01E=691 R=0 C=000102030405060708090A0B0C0D0E0F V=3"
    assert mschap.error(ASKED, arithmetic.WRONG_PASSWORD, fresh) == text
    first = MsChap(1, 9, bytes(8), bytes(24))
    assert mschap.error(first, 649, fresh) == b"\x09E=649 R=0 C=0001020304050607 V=2"
