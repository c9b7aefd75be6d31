"""TLS inside EAP, cut into pieces (RFC 5216, sections 2.1.5 and 3; RFC 5281, section 9.2): what both methods share."""

from __future__ import annotations

from radius.eap.framing import Malformed

WITH_LENGTH, MORE, START, VERSION = 0x80, 0x40, 0x20, 0x07
LARGEST = 1 << 16  # octets of one message of the device
PIECE = 990  # of ours; with all headers an EAP packet stays under 1,000 octets and any link carries it


class Incoming:
    """Puts a message of the device together."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._announced: int | None = None

    def take(self, data: bytes) -> bytes | None:
        """The whole message, empty for an acknowledgement; None when more is to come and has to be asked for.

        `data` is all after the type octet of EAP. Raises `Malformed`.
        """
        if not data:
            raise Malformed("a TLS piece has no flags")
        flags, at = data[0], 1
        if flags & VERSION:
            raise Malformed("another version of the method than the one that was offered")
        if flags & START:
            raise Malformed("the device said Start, which is ours to say")
        if flags & WITH_LENGTH:
            self._announce(data[1:5])
            at = 5
        piece = data[at:]
        if flags & MORE and (not piece or self._announced is None):
            raise Malformed("a first TLS piece has no length, or a piece is empty")
        self._parts.append(piece)
        self._size += len(piece)
        if self._announced is not None and self._size > self._announced:
            raise Malformed("TLS pieces are longer than was announced")
        if flags & MORE:
            return None
        if self._announced is not None and self._size < self._announced:
            raise Malformed("TLS pieces are shorter than was announced")
        whole = b"".join(self._parts)
        self._parts, self._size, self._announced = [], 0, None
        return whole

    def _announce(self, octets: bytes) -> None:
        length = int.from_bytes(octets, "big")
        if len(octets) < 4 or length > LARGEST:
            raise Malformed("a TLS message is announced longer than any is")
        if self._announced not in (None, length) or (self._parts and self._announced is None):
            raise Malformed("two TLS pieces announce different lengths")
        self._announced = length


class Outgoing:
    """Hands out a message of ours piece by piece."""

    def __init__(self) -> None:
        self._left = b""

    def __bool__(self) -> bool:
        return bool(self._left)

    def put(self, message: bytes) -> bytes:
        """Begin a message; its first piece with flags (an empty message is an acknowledgement)."""
        if len(message) <= PIECE:
            self._left = b""
            return b"\0" + message
        self._left = message[PIECE:]
        return bytes((WITH_LENGTH | MORE,)) + len(message).to_bytes(4, "big") + message[:PIECE]

    def next(self) -> bytes:
        """The next piece, once the device has acknowledged the one before."""
        piece, self._left = self._left[:PIECE], self._left[PIECE:]
        return bytes((MORE if self._left else 0,)) + piece
