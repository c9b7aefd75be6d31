"""Which IPv4 addresses can be a customer's own. Pure."""

from __future__ import annotations

from ipaddress import IPv4Address

from kmikro.lib.refusal import Refusal


def address_of(typed: str | None) -> str | None:
    """The address as it is kept, None for none. Raises Refusal."""
    if not typed:
        return None
    try:
        read = IPv4Address(typed.strip())
    except ValueError:
        text = f"{typed[:50]} is no IPv4 address. Write one like 10.20.0.7."
        raise Refusal("bad_address", text, field="framed_ip") from None
    # 255.255.255.254 and .255 tell a router to choose by itself (RFC 2865, section 5.8).
    if (
        read.is_multicast
        or read.is_loopback
        or read.is_link_local
        or read.is_reserved
        or int(read) >> 24 == 0
    ):
        raise Refusal("bad_address", f"{read} can be no customer's address.", field="framed_ip")
    return str(read)
