"""EAP packets (RFC 3748, section 4): what a device answers, and what we ask it; lengths checked before all else."""

from __future__ import annotations

from typing import NamedTuple

REQUEST, RESPONSE, SUCCESS, FAILURE = 1, 2, 3, 4
IDENTITY, NAK, TTLS, PEAP, MSCHAPV2, EXTENSIONS = 1, 3, 21, 25, 26, 33
HEADER = 4


class Malformed(Exception):
    """The device sent what no EAP method allows; the text says what, for the operator."""


class Response(NamedTuple):
    """An answer of the device: whose question it answers, the method, and what the method says."""

    ident: int
    kind: int
    data: bytes


def read(octets: bytes) -> Response:
    """Read a Response; octets after its length are padding. Raises `Malformed`."""
    if len(octets) < HEADER + 1:
        raise Malformed("an EAP packet is too short")
    length = octets[2] << 8 | octets[3]
    if not HEADER < length <= len(octets):
        raise Malformed("the length of an EAP packet is wrong")
    if octets[0] != RESPONSE:
        raise Malformed("an EAP packet is no response")
    return Response(octets[1], octets[4], octets[5:length])


def request(ident: int, kind: int, data: bytes) -> bytes:
    """A Request of a method."""
    return bytes((REQUEST, ident)) + (HEADER + 1 + len(data)).to_bytes(2, "big") + bytes((kind,)) + data


def ending(answered: bytes, good: bool) -> bytes:
    """Success or Failure; it has the identifier of the response that it answers (RFC 3748, section 4.2)."""
    ident = answered[1] if len(answered) > 1 else 0
    return bytes((SUCCESS if good else FAILURE, ident, 0, HEADER))
