"""EAP-MSCHAPv2's packets, with the numbers of RFC 2759, section 9.2."""

from __future__ import annotations

import pytest

from kmikro.lib.mschap import nt_hash
from radius import mschap as numbers
from radius.eap import mschap
from radius.eap.framing import Malformed
from tests.radius import vectors as v

ANSWER = b"\x02\x05\0\x3a\x31" + v.PEER_CHALLENGE + bytes(8) + v.NT_RESPONSE + b"\0User"


def test_a_challenge_is_laid_out_as_the_draft_says() -> None:
    assert mschap.challenge(5, v.CHALLENGE) == b"\x01\x05\0\x1c\x10" + v.CHALLENGE + b"K-Mikro"


def test_an_answer_is_what_ppp_would_have_brought() -> None:
    assert len(ANSWER) == 0x3A
    answer, name = mschap.response(ANSWER, 5, v.CHALLENGE)
    assert name == b"User"
    nt = nt_hash(b"clientPass")
    assert nt is not None
    proof = numbers.prove(answer, name, nt, keys=False)
    assert proof is not None
    assert proof.success == b"\x05S=407A5589115FD0D6209F510FE9C04566932CDA56"
    said = mschap.success(5, proof.success[1:])
    assert said[:4] == b"\x03\x05" + len(said).to_bytes(2, "big")
    assert said[4:].startswith(b"S=407A5589115FD0D6209F510FE9C04566932CDA56 M=")


def test_a_failure_says_why() -> None:
    assert mschap.failure(5, b"E=691 R=0") == b"\x04\x05\0\x0dE=691 R=0"


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        ANSWER[:53],
        ANSWER + b"!",  # the length does not count it
        b"\x02\x06" + ANSWER[2:],  # another challenge
        b"\x01" + ANSWER[1:],  # no answer
        ANSWER[:4] + b"\x32" + ANSWER[5:],  # another size of value
    ],
)
def test_what_is_no_answer_to_our_challenge_is_malformed(octets: bytes) -> None:
    with pytest.raises(Malformed):
        mschap.response(octets, 5, v.CHALLENGE)
