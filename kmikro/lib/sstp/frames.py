"""SSTP packets cut out of a stream and put into one ([MS-SSTP] 2.2.1 to 2.2.4)."""

from collections.abc import Iterator
from dataclasses import dataclass

from kmikro.lib.sstp import Malformed

VERSION = 0x10
HEAD = 4
LONGEST = 0xFFF  # twelve bits of length, the head in it


@dataclass(frozen=True, slots=True)
class Frame:
    """One packet: a control message, or PPP; whole is it with its head, which the crypto binding covers."""

    is_control: bool
    whole: bytes

    @property
    def body(self) -> bytes:
        return self.whole[HEAD:]


class Splitter:
    """Cuts packets out of pieces of a stream, wherever it was cut on the way; holds less than one packet."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, octets: bytes) -> Iterator[Frame]:
        """The packets that are whole now. Raises Malformed where no packet can begin."""
        self._held += octets
        at, held = 0, self._held
        try:
            while len(held) - at >= HEAD:
                if held[at] != VERSION:
                    raise Malformed("this is no version of SSTP")
                length = (held[at + 2] << 8 | held[at + 3]) & LONGEST
                if length < HEAD:
                    raise Malformed("a packet is shorter than its head")
                if len(held) - at < length:
                    return
                whole = bytes(held[at : at + length])
                at += length
                yield Frame(bool(whole[1] & 1), whole)
        finally:
            del held[:at]

    def __len__(self) -> int:
        return len(self._held)


def framed(body: bytes, *, is_control: bool) -> bytes:
    """A packet with this body."""
    length = len(body) + HEAD
    if length > LONGEST:
        raise ValueError("longer than a packet can be")
    return bytes((VERSION, is_control, length >> 8, length & 255)) + body
