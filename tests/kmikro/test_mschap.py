"""The arithmetic of MS-CHAP against RFC 2759 and RFC 3079."""

from kmikro.lib import mschap as arithmetic
from tests.radius import vectors as v

NT = bytes.fromhex("44ebba8d5312b8d611474411f56989ae")


def test_rfc_2759_section_9_2_and_9_3() -> None:
    assert arithmetic.nt_hash(b"clientPass") == NT
    assert arithmetic.hash_of_hash(NT).hex() == "41c00c584bd2d91c4017a2a12fa59f3f"
    hashed = arithmetic.challenge_hash(v.PEER_CHALLENGE, v.CHALLENGE, b"User")
    assert hashed.hex() == "d02e4386bce91226"
    assert arithmetic.challenge_response(hashed, NT) == v.NT_RESPONSE
    said = arithmetic.authenticator_response(NT, v.NT_RESPONSE, hashed)
    assert said == b"S=407A5589115FD0D6209F510FE9C04566932CDA56"
    assert arithmetic.nt_hash(b"MyPw") == bytes.fromhex("fc156af7edcd6c0edde3337d427f4eac")


def test_rfc_3079_section_3_5() -> None:
    send, receive = arithmetic.session_keys(NT, v.NT_RESPONSE)
    assert send.hex() == "8b7cdc149b993a1ba118cb153f56dccb"
    assert receive.hex() == "d5f0e9521e3ea9589645e86051c82226"
