"""MS-CHAP against RFC 2433, RFC 2759 and RFC 3079, and MD4 against RFC 1320."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radius import mschap
from radius.credentials import MsChap
from radius.md4 import md4, plain_md4
from tests.radius import vectors as v

NT = bytes.fromhex("44ebba8d5312b8d611474411f56989ae")
ASKED = MsChap(2, 1, v.CHALLENGE, v.NT_RESPONSE, v.PEER_CHALLENGE)


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (b"", "31d6cfe0d16ae931b73c59d7e0c089c0"),
        (b"a", "bde52cb31de33e46245e05fbdbd6fb24"),
        (b"abc", "a448017aaf21d8525fc10ae87aa6729d"),
        (b"message digest", "d9130a8164549fe818874806e1c7014b"),
        (b"abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9"),
        (
            b"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "e33b4ddc9c38f2199c3e7b164fcc0536",
        ),
    ],
)
def test_md4_of_rfc_1320(text: bytes, digest: str) -> None:
    assert plain_md4(text).hex() == md4(text).hex() == digest


def test_rfc_2759_section_9_2_and_9_3() -> None:
    assert mschap.nt_hash(b"clientPass") == NT
    assert mschap.hash_of_hash(NT).hex() == "41c00c584bd2d91c4017a2a12fa59f3f"
    hashed = mschap.challenge_hash(v.PEER_CHALLENGE, v.CHALLENGE, b"User")
    assert hashed.hex() == "d02e4386bce91226"
    assert mschap.challenge_response(hashed, NT) == v.NT_RESPONSE
    said = mschap.authenticator_response(NT, v.NT_RESPONSE, hashed)
    assert said == b"S=407A5589115FD0D6209F510FE9C04566932CDA56"
    assert mschap.nt_hash(b"MyPw") == bytes.fromhex("fc156af7edcd6c0edde3337d427f4eac")


def test_rfc_3079_section_3_5() -> None:
    send, receive = mschap.session_keys(NT, v.NT_RESPONSE)
    assert send.hex() == "8b7cdc149b993a1ba118cb153f56dccb"
    assert receive.hex() == "d5f0e9521e3ea9589645e86051c82226"


def test_rfc_2433_and_what_a_router_makes_of_the_version_1_keys() -> None:
    challenge, nt = bytes.fromhex("102db5df085d3041"), mschap.nt_hash(b"MyPw")
    assert nt is not None
    response = mschap.challenge_response(challenge, nt)
    assert response.hex() == "4e9d3c8f9cfd385d5bf4d3246791956ca4c351ab409a3d61"
    proof = mschap.prove(MsChap(1, 0, challenge, response), b"whoever", nt, keys=True)
    assert proof is not None
    assert (proof.success, proof.keys) == (b"", None)
    client = mschap.prove(
        MsChap(1, 0, challenge, mschap.challenge_response(challenge, NT)), b"", NT, keys=True
    )
    assert client is not None
    assert client.v1_keys is not None
    key = client.v1_keys[8:]  # RFC 3079, section 2.5.3
    assert hashlib.sha1(key + key + challenge).digest()[:16].hex() == "a8947850cfc0acc1d1789fb62ddcddb0"


def test_a_right_answer_proves_us_too() -> None:
    proof = mschap.prove(ASKED, b"User", NT, keys=True)
    assert proof is not None
    assert proof.success == b"\x01S=407A5589115FD0D6209F510FE9C04566932CDA56"
    assert proof.keys == mschap.session_keys(NT, v.NT_RESPONSE)
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
    nt = mschap.nt_hash(octets)
    if nt is None:
        assert any("\ud800" <= each <= "\udfff" for each in password)
        return
    if second:
        hashed = mschap.challenge_hash(v.PEER_CHALLENGE, challenge, name)
        asked = MsChap(2, 7, challenge, mschap.challenge_response(hashed, nt), v.PEER_CHALLENGE)
    else:
        asked = MsChap(1, 7, challenge[:8], mschap.challenge_response(challenge[:8], nt))
    assert mschap.prove(asked, name, nt, keys=True) is not None
    other = mschap.nt_hash(octets + b"!")
    assert other is not None
    assert mschap.prove(asked, name, other, keys=True) is None


def test_a_password_that_is_no_text_has_no_hash() -> None:
    assert mschap.nt_hash(b"se\xffcret") is None


def test_errors_are_worded_as_rfc_2759_has_them() -> None:
    fresh = bytes(range(16))
    text = b"\x01E=691 R=0 C=000102030405060708090A0B0C0D0E0F V=3"
    assert mschap.error(ASKED, mschap.WRONG_PASSWORD, fresh) == text
    first = MsChap(1, 9, bytes(8), bytes(24))
    assert mschap.error(first, 649, fresh) == b"\x09E=649 R=0 C=0001020304050607 V=2"
