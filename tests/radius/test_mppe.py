"""Replies to MS-CHAP: keys that only this packet's reader can open, and errors a client understands."""

from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from datetime import UTC

import pytest

from radius import mikrotik
from radius.credentials import Proof
from radius.events import Accept, AccessRequest, Ask, Nas, Port, Reject
from radius.mppe import proven
from radius.packet import parse, vendor_attributes
from radius.policy import authorize
from radius.seal import Seal
from radius.wire import read, write
from tests.radius import vectors as v
from tests.radius.fakes import facts

NOW = 1_700_000_010.0
CLIENT = facts(label="User", secret=b"clientPass")
ANSWER = b"\x01\x00" + v.PEER_CHALLENGE + bytes(8) + v.NT_RESPONSE
V2 = v.attribute(1, b"User") + v.vendor(311, 11, v.CHALLENGE) + v.vendor(311, 25, ANSWER)
V1 = (
    v.attribute(1, b"User")
    + v.vendor(311, 11, bytes.fromhex("102db5df085d3041"))
    + v.vendor(
        311, 1, b"\x07\x01" + bytes(24) + bytes.fromhex("4e9d3c8f9cfd385d5bf4d3246791956ca4c351ab409a3d61")
    )
)


def revealed(value: bytes) -> bytes:
    """A key hidden as RFC 2548, section 2.4.2 says, by hashlib alone."""
    salt, hidden, clear = value[:2], value[2:], b""
    last = v.RA + salt
    for at in range(0, len(hidden), 16):
        mask = hashlib.md5(v.SECRET + last).digest()
        last = hidden[at : at + 16]
        clear += bytes(one ^ other for one, other in zip(last, mask, strict=True))
    return clear[1 : 1 + clear[0]]


def settle(body: bytes, known: object = CLIENT, **nas: bool) -> tuple[Accept | Reject, bytes]:
    router = Nas("isp_demo", 1, "10.0.0.1", v.SECRET, **nas)  # type: ignore[arg-type]  # flags by name
    asked = read(v.access(body), router, ("10.0.0.1", 40_000), Port.AUTH, NOW)
    assert isinstance(asked, Ask)
    assert isinstance(asked.question, AccessRequest)
    verdict = authorize(asked.question, known, NOW, UTC)  # type: ignore[arg-type]  # facts or None
    return verdict, write(asked, verdict)


def microsoft(reply: bytes) -> dict[int, bytes]:
    inner = [
        each for kind, value in parse(reply).attributes if kind == 26 for each in vendor_attributes(value)
    ]
    return {kind: value for vendor, kind, value in inner if vendor == 311}


@pytest.mark.parametrize("service_type", [b"", v.whole(6, 2)])
def test_ppp_gets_proof_and_keys(service_type: bytes) -> None:
    verdict, reply = settle(V2 + service_type + v.whole(61, 15))
    assert isinstance(verdict, Accept)
    assert v.is_genuine(reply, v.RA)
    told = microsoft(reply)
    assert told[26] == b"\x01S=407A5589115FD0D6209F510FE9C04566932CDA56"
    assert revealed(told[16]).hex() == "8b7cdc149b993a1ba118cb153f56dccb"
    assert revealed(told[17]).hex() == "d5f0e9521e3ea9589645e86051c82226"
    assert (told[7], told[8]) == (b"\0\0\0\1", b"\0\0\0\6")
    assert dict(mikrotik.attributes(verdict))["MS-MPPE-Send-Key"] == "not kept"


def test_a_login_has_no_link_and_so_no_keys() -> None:
    verdict, reply = settle(V2 + v.whole(6, 1), replace(CLIENT, kind="login", group="read"))
    assert isinstance(verdict, Accept)
    assert set(microsoft(reply)) == {26}


def test_a_wrong_password_says_691_with_a_new_challenge_each_time() -> None:
    seen = set()
    for known in (facts(secret=b"clientpass"), facts(secret=b"se\xffcret"), None, facts(secret=None)):
        verdict, reply = settle(V2, known)
        assert isinstance(verdict, Reject)
        assert reply[0] == 3
        assert v.is_genuine(reply, v.RA)
        ident, text = microsoft(reply)[2][:1], microsoft(reply)[2][1:].decode()
        head, challenge, version = text.split(" C=")[0], text.split(" C=")[1][:32], text[-4:]
        assert (ident, head, version) == (b"\x01", "E=691 R=0", " V=3")
        assert len(bytes.fromhex(challenge)) == 16
        seen.add(challenge)
    assert len(seen) == 4


@pytest.mark.parametrize(
    ("change", "reason"),
    [({"status": "suspended"}, "647"), ({"expires_at": 1.0}, "647"), ({"access": "hotspot"}, "649")],
)
def test_other_refusals_do_not_send_people_looking_for_their_password(
    change: dict[str, object], reason: str
) -> None:
    _, reply = settle(V2 + v.whole(6, 2), facts(secret=b"clientPass", **change))
    assert microsoft(reply)[2][1:].startswith(f"E={reason} R=0 ".encode())


def test_a_pap_reject_carries_no_ms_chap_error() -> None:
    _, reply = settle(v.pap(b"nemo", b"wrong"))
    assert reply[0] == 3
    assert not microsoft(reply)


def test_version_1_is_off_unless_the_router_is_allowed_it() -> None:
    known = facts(label="User", secret=b"MyPw")
    verdict, reply = settle(V1, known)
    assert isinstance(verdict, Reject)
    assert verdict.code == "unsupported_method"
    assert microsoft(reply)[2][1:].startswith(b"E=649 R=0 C=")
    verdict, reply = settle(V1, known, allow_mschap1=True)
    assert isinstance(verdict, Accept)
    told = microsoft(reply)
    assert set(told) == {12, 7, 8}
    clear = Seal(v.SECRET).reveal(told[12], v.RA)
    assert clear is not None
    assert (clear[:8], len(clear), len(told[12])) == (bytes(8), 24, 32)
    verdict, _ = settle(V1, facts(secret=b"mypw"), allow_mschap1=True)
    assert isinstance(verdict, Reject)
    assert verdict.code == "wrong_password"


def test_the_stored_hash_is_used_and_a_voucher_is_its_own_password() -> None:
    verdict, _ = settle(V2, facts(secret=b"other", nt_hash=bytes.fromhex("44ebba8d5312b8d611474411f56989ae")))
    assert isinstance(verdict, Accept)
    verdict, _ = settle(V2, facts(kind="voucher", secret=None))
    assert isinstance(verdict, Reject)


def test_salts_of_one_reply_never_agree_and_keep_their_high_bit() -> None:
    proof, seal, pairs = Proof(2, b"", (bytes(16), bytes(16))), Seal(v.SECRET), set()
    for _ in range(10_000):
        body = proven(proof, seal, v.RA, os.urandom)
        one, other = body[8:10], body[50:52]
        assert one != other
        assert one[0] & other[0] & 0x80
        pairs.add(one)
    assert len(pairs) > 5_000
