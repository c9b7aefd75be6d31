"""Which IP packets may pass between a router and us: its own address to the hub's, and nothing else."""

import ipaddress

COUNTERS = {
    "spoofed": "from a router, with another address than its own",
    "forwarded": "from a router to another place than the hub",
    "malformed": "from a router, and no whole IPv4 packet",
}
_SHORTEST = 20


def address_of(text: str) -> bytes:
    return ipaddress.IPv4Address(text).packed


def from_router(packet: bytes, router: bytes, hub: bytes) -> tuple[bytes, str]:
    """The packet without padding, or nothing and why it is dropped."""
    if len(packet) < _SHORTEST or packet[0] >> 4 != 4 or packet[0] & 15 < 5:
        return b"", "malformed"
    length = packet[2] << 8 | packet[3]
    if not 4 * (packet[0] & 15) <= length <= len(packet):
        return b"", "malformed"
    if packet[12:16] != router:
        return b"", "spoofed"
    if packet[16:20] != hub:
        return b"", "forwarded"
    return packet[:length], ""


def to_router(packet: bytes, hub: bytes) -> bytes:
    """The address that a packet of ours goes to; empty for one that no router gets, such as IPv6's."""
    if len(packet) < _SHORTEST or packet[0] >> 4 != 4 or packet[12:16] != hub:
        return b""
    return packet[16:20]
