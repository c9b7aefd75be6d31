"""MSCHAPv2 as an EAP method (draft-kamath-pppext-eap-mschapv2-02): its packets, without EAP's own header."""

from __future__ import annotations

from radius.credentials import MsChap
from radius.eap.framing import Malformed

CHALLENGE, RESPONSE, SUCCESS, FAILURE = 1, 2, 3, 4
_VALUE = 49  # octets: peer's challenge, eight of nothing, the answer, flags
NAME = b"K-Mikro"  # whom the challenge is from; clients show or ignore it


def challenge(ident: int, octets: bytes) -> bytes:
    """Ask for an answer to 16 octets."""
    return _packet(CHALLENGE, ident, bytes((len(octets),)) + octets + NAME)


def response(data: bytes, ident: int, asked: bytes) -> tuple[MsChap, bytes]:
    """The answer to a challenge, and the name it was made with. Raises `Malformed`."""
    if len(data) < 5 + _VALUE or data[0] != RESPONSE or data[4] != _VALUE:
        raise Malformed("the answer to the MS-CHAPv2 challenge has a wrong length")
    if int.from_bytes(data[2:4], "big") != len(data) or data[1] != ident:
        raise Malformed("the answer is to another MS-CHAPv2 challenge")
    value, name = data[5 : 5 + _VALUE], data[5 + _VALUE :]
    return MsChap(2, ident, asked, value[24:48], value[:16]), name


def success(ident: int, proof: bytes) -> bytes:
    """We know the password too: `proof` is `S=` and 40 hex digits."""
    return _packet(SUCCESS, ident, proof + b" M=OK")


def failure(ident: int, text: bytes) -> bytes:
    """No; `text` is `E=691 R=0 C=… V=3 M=…`."""
    return _packet(FAILURE, ident, text)


def _packet(code: int, ident: int, value: bytes) -> bytes:
    return bytes((code, ident)) + (4 + len(value)).to_bytes(2, "big") + value
