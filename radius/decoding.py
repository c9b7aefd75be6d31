"""A packet in words for a person who looks for a fault. What is not known to be harmless is shown as its length.

Values are shown of the attributes in `_SHOWN` alone: whatever a dictionary learns later, and whatever a vendor
sends, stays covered until somebody says that no secret can be in it.
"""

from __future__ import annotations

from typing import NamedTuple

from radius.attributes import DICTIONARY
from radius.octets import spell
from radius.packet import VENDOR_SPECIFIC, parse, vendor_attributes

CODES = {
    1: "Access-Request",
    2: "Access-Accept",
    3: "Access-Reject",
    4: "Accounting-Request",
    5: "Accounting-Response",
    11: "Access-Challenge",
    12: "Status-Server",
    52: "Protocol-Error",
}
_SHOWN = frozenset(
    (
        *("User-Name", "NAS-IP-Address", "NAS-Port", "Service-Type", "Framed-Protocol", "Framed-IP-Address"),
        *(
            "Framed-IP-Netmask",
            "Filter-Id",
            "Framed-MTU",
            "Framed-Compression",
            "Login-IP-Host",
            "Framed-Routing",
        ),
        *("Login-Service", "Reply-Message", "Framed-Route", "Session-Timeout", "Idle-Timeout"),
        *("Termination-Action", "Called-Station-Id", "Calling-Station-Id", "NAS-Identifier", "NAS-Port-Type"),
        *(
            "Acct-Status-Type",
            "Acct-Delay-Time",
            "Acct-Input-Octets",
            "Acct-Output-Octets",
            "Acct-Session-Id",
        ),
        *("Acct-Authentic", "Acct-Session-Time", "Acct-Input-Packets", "Acct-Output-Packets", "Port-Limit"),
        *("Acct-Terminate-Cause", "Acct-Multi-Session-Id", "Acct-Link-Count", "Acct-Input-Gigawords"),
        *("Acct-Output-Gigawords", "Event-Timestamp", "Connect-Info", "Acct-Interim-Interval", "NAS-Port-Id"),
        *(
            "Framed-Pool",
            "NAS-IPv6-Address",
            "Framed-IPv6-Prefix",
            "Framed-IPv6-Pool",
            "Delegated-IPv6-Prefix",
        ),
        *("Error-Cause", "MS-MPPE-Encryption-Policy", "MS-MPPE-Encryption-Types", "Mikrotik-Recv-Limit"),
        *(
            "Mikrotik-Xmit-Limit",
            "Mikrotik-Group",
            "Mikrotik-Rate-Limit",
            "Mikrotik-Realm",
            "Mikrotik-Host-IP",
        ),
        *("Mikrotik-Mark-Id", "Mikrotik-Recv-Limit-Gigawords", "Mikrotik-Xmit-Limit-Gigawords"),
        *("Mikrotik-Total-Limit", "Mikrotik-Total-Limit-Gigawords", "Mikrotik-Address-List"),
        *("Mikrotik-DHCP-Option-Set", "Mikrotik-Wireless-VLANID", "Mikrotik-Wireless-Forward"),
    )
)
_MEANINGS = {
    "Service-Type": {1: "Login", 2: "Framed", 5: "Outbound", 6: "Administrative", 10: "Call-Check"},
    "Framed-Protocol": {1: "PPP"},
    "NAS-Port-Type": {5: "Virtual", 15: "Ethernet", 19: "Wireless-802.11"},
    "Acct-Status-Type": {1: "Start", 2: "Stop", 3: "Interim-Update", 7: "Accounting-On", 8: "Accounting-Off"},
    "Acct-Authentic": {1: "RADIUS", 2: "Local"},
}
_VENDORS: dict[int, str] = {14988: "Mikrotik", 311: "Microsoft"}
_NAMES: dict[tuple[str, int], tuple[str, str]] = {
    (each.vendor, each.code): (name, each.type) for name, each in DICTIONARY.attributes.items()
}
LONGEST = 253  # characters of a value


class Shown(NamedTuple):
    """A packet by the names of its code and attributes, in the order in which they stand."""

    code: str
    identifier: int
    attributes: list[tuple[str, str]]


def show(octets: bytes) -> Shown:
    """Put a packet into words. Raises `Malformed` when it is none."""
    packet = parse(octets)
    attributes: list[tuple[str, str]] = []
    for kind, value in packet.attributes:
        inner = vendor_attributes(value) if kind == VENDOR_SPECIFIC else []
        if inner:
            attributes += [
                _attribute(_VENDORS.get(vendor, str(vendor)), number, octet)
                for vendor, number, octet in inner
            ]
        else:
            attributes.append(_attribute("", kind, value))
    return Shown(CODES.get(packet.code, f"Code {packet.code}"), packet.identifier, attributes)


def _attribute(vendor: str, number: int, value: bytes) -> tuple[str, str]:
    """Name and value; a vendor is part of the name only where the dictionary has none for it."""
    name, kind = _NAMES.get((vendor, number), (f"{vendor} attribute {number}".strip().capitalize(), ""))
    return name, _value(name, kind, value) if name in _SHOWN else f"({len(value)} octets)"


def _value(name: str, kind: str, value: bytes) -> str:
    if kind == "string":
        return spell(value)[:LONGEST]
    if kind in ("integer", "date") and len(value) == 4:
        number = int.from_bytes(value, "big")
        meaning = _MEANINGS.get(name, {}).get(number)
        return f"{number} ({meaning})" if meaning else str(number)
    if kind == "ipaddr" and len(value) == 4:
        return ".".join(map(str, value))
    return value.hex()[:LONGEST]
