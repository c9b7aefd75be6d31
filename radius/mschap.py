"""Whether an MS-CHAP answer in a request was made with a password, and what the router is told (RFC 2433, RFC 2759)."""

from __future__ import annotations

from kmikro.lib.mschap import (
    authenticator_response,
    challenge_hash,
    challenge_response,
    hash_of_hash,
    session_keys,
)
from radius.credentials import MsChap, Proof
from radius.seal import same

V1, V2 = 1, 2


def prove(asked: MsChap, username: bytes, nt: bytes, *, keys: bool) -> Proof | None:
    """What the router is told when the response was made with this NT hash; None when it was not."""
    if asked.version == V1:
        if not same(challenge_response(asked.challenge, nt), asked.response):
            return None
        return Proof(V1, v1_keys=bytes(8) + hash_of_hash(nt) if keys else None)
    hashed = challenge_hash(asked.peer_challenge, asked.challenge, username)
    if not same(challenge_response(hashed, nt), asked.response):
        return None
    success = bytes((asked.ident,)) + authenticator_response(nt, asked.response, hashed)
    return Proof(V2, success, session_keys(nt, asked.response) if keys else None)


def error(asked: MsChap, reason: int, fresh: bytes) -> bytes:
    """The value of an MS-CHAP-Error; `fresh` is a challenge of 16 octets, and no retry is offered (R=0)."""
    if asked.version == V1:
        text, version = fresh[:8].hex().upper(), 2
    else:
        text, version = fresh.hex().upper(), 3
    return bytes((asked.ident,)) + f"E={reason} R=0 C={text} V={version}".encode()
