"""What a TTLS client says inside the tunnel: attributes laid out as Diameter has them (RFC 5281, section 10)."""

from __future__ import annotations

from typing import NamedTuple

from radius.eap.framing import Malformed

_VENDOR, _MANDATORY = 0x80, 0x40
_MOST = 32


class Avp(NamedTuple):
    """One attribute; vendor 0 is the space of RADIUS itself."""

    vendor: int
    code: int
    mandatory: bool
    value: bytes


def read(octets: bytes) -> list[Avp]:
    """All attributes, in order. Padding may be missing after the last one. Raises `Malformed`."""
    found: list[Avp] = []
    at, end = 0, len(octets)
    while at < end:
        if end - at < 8 or len(found) == _MOST:
            raise Malformed("an attribute inside the tunnel is cut off, or there are too many")
        code, flags = int.from_bytes(octets[at : at + 4], "big"), octets[at + 4]
        length = int.from_bytes(octets[at + 5 : at + 8], "big")
        head = 12 if flags & _VENDOR else 8
        if length < head or at + length > end:
            raise Malformed("an attribute inside the tunnel has a wrong length")
        vendor = int.from_bytes(octets[at + 8 : at + 12], "big") if head == 12 else 0
        found.append(Avp(vendor, code, bool(flags & _MANDATORY), octets[at + head : at + length]))
        at += length + -length % 4
    return found


def write(vendor: int, code: int, value: bytes) -> bytes:
    """One mandatory attribute, padded."""
    head = 12 if vendor else 8
    flags = _MANDATORY | (_VENDOR if vendor else 0)
    octets = code.to_bytes(4, "big") + bytes((flags,)) + (head + len(value)).to_bytes(3, "big")
    if vendor:
        octets += vendor.to_bytes(4, "big")
    return octets + value + bytes(-len(value) % 4)
