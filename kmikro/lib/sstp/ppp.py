"""PPP in an SSTP packet: protocol numbers, heads with and without compression, and the packets that negotiate (RFC 1661)."""

from collections.abc import Sequence
from dataclasses import dataclass

from kmikro.lib.sstp import Malformed
from kmikro.lib.sstp.frames import framed

IP, IPCP, LCP, CHAP, EAP, PAP = 0x0021, 0x8021, 0xC021, 0xC223, 0xC227, 0xC023
REQUEST, ACK, NAK, REJECT, TERMINATE, TERMINATED, CODE_REJECT = 1, 2, 3, 4, 5, 6, 7
PROTOCOL_REJECT, ECHO, ECHO_REPLY, DISCARD = 8, 9, 10, 11
MRU = 1500  # what we take, whatever was negotiated
_ADDRESS = b"\xff\x03"

Options = Sequence[tuple[int, bytes]]


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet of LCP, IPCP or CHAP."""

    code: int
    ident: int
    data: bytes = b""


def opened(body: bytes) -> tuple[int, bytes]:
    """Protocol and payload of a frame; address and control may be left out, and a protocol be one octet."""
    at = 2 if body[:2] == _ADDRESS else 0
    if len(body) <= at:
        raise Malformed("a PPP frame is empty")
    if body[at] & 1:
        return body[at], body[at + 1 :]
    if len(body) < at + 2 or not body[at + 1] & 1:
        raise Malformed("a PPP frame has no protocol")
    return body[at] << 8 | body[at + 1], body[at + 2 :]


def closed(protocol: int, payload: bytes) -> bytes:
    """A whole SSTP packet with this PPP frame; we never compress, which everybody has to take."""
    return framed(_ADDRESS + protocol.to_bytes(2, "big") + payload, is_control=False)


def read(payload: bytes) -> Packet:
    """A negotiating packet; what stands behind its length is padding."""
    if len(payload) < 4:
        raise Malformed("a PPP packet is shorter than its head")
    length = payload[2] << 8 | payload[3]
    if not 4 <= length <= len(payload):
        raise Malformed("a PPP packet has a wrong length")
    return Packet(payload[0], payload[1], payload[4:length])


def written(packet: Packet) -> bytes:
    return bytes((packet.code, packet.ident)) + (len(packet.data) + 4).to_bytes(2, "big") + packet.data


def options(data: bytes) -> list[tuple[int, bytes]]:
    """The options of a Configure packet, in their order."""
    found, at = [], 0
    while at < len(data):
        if len(data) - at < 2 or data[at + 1] < 2 or at + data[at + 1] > len(data):
            raise Malformed("a PPP option has a wrong length")
        found.append((data[at], data[at + 2 : at + data[at + 1]]))
        at += data[at + 1]
    return found


def joined(chosen: Options) -> bytes:
    return b"".join(bytes((kind, len(value) + 2)) + value for kind, value in chosen)
