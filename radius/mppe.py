"""What an MS-CHAP answer adds to a reply (RFC 2548): proof, keys hidden for this one packet, or the error."""

from __future__ import annotations

from collections.abc import Callable

from kmikro.lib import mschap as arithmetic
from radius import mschap
from radius.attributes import encode, number
from radius.credentials import Link, MsChap, Proof
from radius.events import AccessRequest, Reject
from radius.seal import Seal

Draw = Callable[[int], bytes]  # that many octets nobody can foresee

_MICROSOFT = b"\0\0\x01\x37"
_SUCCESS, _ERROR = number("MS-CHAP2-Success"), number("MS-CHAP-Error")
_SEND_KEY, _RECV_KEY = number("MS-MPPE-Send-Key"), number("MS-MPPE-Recv-Key")
_V1_KEYS = number("MS-CHAP-MPPE-Keys")
# A key of 16 octets is hidden in 32, behind a salt of 2.
_SEND_HEAD, _RECV_HEAD = (bytes((26, 42)) + _MICROSOFT + bytes((kind, 36)) for kind in (_SEND_KEY, _RECV_KEY))
# Encryption is allowed, with 40 or 128 bits.
_ALLOWED = encode([("MS-MPPE-Encryption-Policy", 1), ("MS-MPPE-Encryption-Types", 6)])
_REASONS = {
    "wrong_password": arithmetic.WRONG_PASSWORD,
    "unknown_user": arithmetic.WRONG_PASSWORD,  # names are not to be found out by asking
    "suspended": arithmetic.DISABLED,
    "ended": arithmetic.DISABLED,
    "void": arithmetic.DISABLED,
}


def _attribute(kind: int, value: bytes) -> bytes:
    inner = len(value) + 2
    return bytes((26, inner + 6)) + _MICROSOFT + bytes((kind, inner)) + value


def _keyed(head: bytes, value: bytes) -> bytes:
    """The usual length has its head ready; RADIUS/1.1 hides nothing, so its keys are shorter."""
    return head + value if head[7] == len(value) + 2 else _attribute(head[6], value)


def proven(proof: Proof, seal: Seal, authenticator: bytes, draw: Draw) -> bytes:
    """The attributes of an Accept. Two salts of one packet never agree: they differ in their last bits."""
    body = _attribute(_SUCCESS, proof.success) if proof.success else b""
    if proof.keys is not None:
        send, receive = proof.keys
        one, two = draw(2)
        one |= 0x80
        body += _keyed(_SEND_HEAD, seal.hide_salted(send, bytes((one, two)), authenticator))
        body += _keyed(_RECV_HEAD, seal.hide_salted(receive, bytes((one, two ^ 3)), authenticator))
    if proof.v1_keys is not None:
        body += _attribute(_V1_KEYS, seal.hide(proof.v1_keys.ljust(32, b"\0"), authenticator))
    return body + _ALLOWED if proof.keys is not None or proof.v1_keys is not None else body


def linked(link: Link, seal: Seal, authenticator: bytes, draw: Draw) -> bytes:
    """The key of a Wi-Fi link: its first half is what the access point receives with (RFC 5216, section 2.3)."""
    first = int.from_bytes(draw(2), "big") | 0x8000
    halves = ((_RECV_KEY, link.key[:32], first), (_SEND_KEY, link.key[32:], first ^ 3))
    return b"".join(
        _attribute(kind, seal.hide_salted(key, salt.to_bytes(2, "big"), authenticator))
        for kind, key, salt in halves
    )


def refused(request: AccessRequest, verdict: Reject, draw: Draw) -> bytes:
    """The MS-CHAP-Error of a Reject, if it was asked by MS-CHAP."""
    if request.ms_chap is None:
        return b""
    return _attribute(_ERROR, error(request.ms_chap, verdict, draw))


def error(asked: MsChap, verdict: Reject, draw: Draw) -> bytes:
    """The identifier of the answer, and why it was refused, as RFC 2759, section 6 has it."""
    return mschap.error(asked, _REASONS.get(verdict.code, arithmetic.NOT_PERMITTED), draw(16))
