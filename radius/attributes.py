"""The one hand on pyrad: names of attributes to numbers, and attributes to octets. It never sees a datagram."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pyrad.dictionary import Dictionary
from pyrad.packet import AccessAccept, AuthPacket

from radius.mikrotik import Attribute

DICTIONARY = Dictionary(str(Path(__file__).with_name("dictionary") / "dictionary"))


def number(name: str) -> int:
    """The type octet of an attribute, inside its vendor's space when it has a vendor."""
    return int(DICTIONARY.attributes[name].code)


def encode(attributes: Iterable[Attribute]) -> bytes:
    """Lay attributes out as RFC 2865, section 5 says, in the order given."""
    packet = AuthPacket(
        code=AccessAccept,
        id=0,
        secret=b"-",
        authenticator=bytes(16),
        dict=DICTIONARY,
        message_authenticator=False,
    )
    for name, value in attributes:
        packet.AddAttribute(name, value)
    return bytes(packet.ReplyPacket())[20:]


def integer_head(name: str) -> bytes:
    """The octets before the four of an integer attribute, for writing it without pyrad on the hot path."""
    return encode([(name, 0)])[:-4]
