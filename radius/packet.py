"""A strict reading of one RADIUS datagram: every length checked before any octet is believed."""

from __future__ import annotations

from radius.shape import KNOWN, Shape

HEADER = 20
LARGEST = 4096
MOST_ATTRIBUTES = 128
MESSAGE_AUTHENTICATOR = 80
VENDOR_SPECIFIC = 26


class Malformed(Exception):
    """The datagram is not RADIUS; its text is the name of the counter."""


class Packet:
    """A datagram without its padding, its attributes in order, and where its Message-Authenticator lies.

    One of a known shape has its values instead, and lists its attributes only when it is asked for them.
    """

    __slots__ = ("_attributes", "octets", "seal_at", "shape", "values")

    def __init__(
        self,
        octets: bytes,
        attributes: list[tuple[int, bytes]] | None,
        seal_at: int | None,
        shape: Shape | None = None,
        values: tuple[bytes, ...] = (),
    ) -> None:
        self.octets = octets
        self._attributes = attributes
        self.seal_at = seal_at  # offset of the 16 octets of the Message-Authenticator's value
        self.shape = shape
        self.values = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Packet) and self.octets == other.octets

    __hash__ = None  # type: ignore[assignment]

    @property
    def attributes(self) -> list[tuple[int, bytes]]:
        if self._attributes is None:
            assert self.shape is not None
            self._attributes = list(zip(self.shape.kinds, self.values, strict=True))[1:]
        return self._attributes

    def remember(self) -> None:
        """Know its shape from now on; for packets whose signature is right."""
        if self.shape is None:
            KNOWN.learn(self.octets, self.attributes, self.seal_at)

    @property
    def code(self) -> int:
        return self.octets[0]

    @property
    def identifier(self) -> int:
        return self.octets[1]

    @property
    def authenticator(self) -> bytes:
        return self.octets[4:20]


def parse(datagram: bytes) -> Packet:
    """Read a datagram (RFC 2865, section 3 and 5), or raise `Malformed`.

    Octets after Length are padding. A broken attribute condemns the packet, since its
    Message-Authenticator could then be anywhere.
    """
    shape = KNOWN.find(datagram)
    if shape is not None:
        return Packet(datagram, None, shape.seal_at, shape, shape.unpack(datagram))
    received = len(datagram)
    if received < HEADER:
        raise Malformed("short")
    if received > LARGEST:
        raise Malformed("oversize")
    length = datagram[2] << 8 | datagram[3]
    if not HEADER <= length <= received:
        raise Malformed("length")
    if length < received:
        datagram = datagram[:length]
    attributes: list[tuple[int, bytes]] = []
    seal_at: int | None = None
    at = HEADER
    while at < length:
        if length - at < 2:
            raise Malformed("attribute_header")
        kind, size = datagram[at], datagram[at + 1]
        if kind == 0 or size < 2 or at + size > length:
            raise Malformed("attribute_length")
        if len(attributes) == MOST_ATTRIBUTES:
            raise Malformed("too_many_attributes")
        if kind == MESSAGE_AUTHENTICATOR:
            if size != 18 or seal_at is not None:
                raise Malformed("message_authenticator")
            seal_at = at + 2
        attributes.append((kind, datagram[at + 2 : at + size]))
        at += size
    return Packet(datagram, attributes, seal_at)


def vendor_attributes(value: bytes) -> list[tuple[int, int, bytes]]:
    """The (vendor, type, value) inside a Vendor-Specific attribute; empty when it is not laid out so."""
    if len(value) < 4 or value[0]:
        return []
    vendor = int.from_bytes(value[:4], "big")
    found: list[tuple[int, int, bytes]] = []
    at, length = 4, len(value)
    while at < length:
        if length - at < 2 or value[at + 1] < 2 or at + value[at + 1] > length:
            return []
        found.append((vendor, value[at], value[at + 2 : at + value[at + 1]]))
        at += value[at + 1]
    return found
