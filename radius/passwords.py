"""Does whoever asks know the password? By PAP, CHAP or MS-CHAP, for accounts and for vouchers."""

from __future__ import annotations

from kmikro.lib import codes, macs
from kmikro.lib import mschap as arithmetic
from radius import mschap
from radius.credentials import Proof
from radius.events import AccessRequest
from radius.known import Facts
from radius.seal import answers, same

FRAMED = 2  # Service-Type of PPP


def fold(typed: bytes) -> bytes:
    """A voucher code as it is compared, however it was typed."""
    return codes.normalise(typed.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _candidates(request: AccessRequest, facts: Facts) -> set[bytes]:
    """What a challenge may be answered with."""
    if facts.secret is not None:
        return {facts.secret}
    if facts.kind == "voucher":  # a code is its own password
        return {request.username, fold(request.username)} - {b""}
    return set()


def proof(request: AccessRequest, facts: Facts) -> Proof | None:
    """The way of MS-CHAP to say that the password is right. Keys are for the link of PPP; nothing else has one."""
    asked = request.ms_chap
    if asked is None or facts.device:
        return None
    known, keys = facts.nt_hash, request.service_type in (None, FRAMED)
    if known is not None:
        return mschap.prove(asked, request.username, known, keys=keys)
    hashes = map(arithmetic.nt_hash, _candidates(request, facts))
    proofs = (mschap.prove(asked, request.username, each, keys=keys) for each in hashes if each is not None)
    return next((each for each in proofs if each is not None), None)


def is_right(request: AccessRequest, facts: Facts, proof: Proof | None) -> bool:
    """Is the one password of the request the right one? `proof` is that of its MS-CHAP answer."""
    if facts.device:
        return _is_what_a_router_sends(request, facts.device)
    if request.ms_chap is not None:
        return proof is not None
    if request.chap is not None:
        return any(answers(request.chap, each) for each in _candidates(request, facts))
    if facts.secret is not None:
        return same(request.password or b"", facts.secret)
    if facts.kind != "voucher" or not request.username:
        return False
    password = request.password or b""
    return same(password, request.username) or same(fold(password), fold(request.username))


def _is_what_a_router_sends(request: AccessRequest, device: str) -> bool:
    """Beside a MAC as user name RouterOS sends nothing, the MAC again, or what its hotspot profile says."""
    if request.ms_chap is not None:
        return False
    usual = (b"", request.username, request.nas.mac_auth_password)
    if request.chap is not None:
        return any(answers(request.chap, each) for each in usual)
    password = request.password or b""
    return (
        any(same(password, each) for each in usual)
        or macs.normalise(password.decode("ascii", "replace")) == device
    )


def method(request: AccessRequest) -> str:
    """How the password was given, as operators call it."""
    way = "PAP" if request.chap is None else "CHAP"
    if request.ms_chap is not None:
        way = f"MS-CHAPv{request.ms_chap.version}"
    return f"{request.tunnel}/{way}" if request.tunnel else way
