"""IPv6 prefixes: read strictly, and laid out as RADIUS carries them (RFC 3162, section 2.3; RFC 4818)."""

from __future__ import annotations

from ipaddress import IPv6Network

from kmikro.lib.refusal import Refusal


def normalise(typed: str) -> str:
    """'2001:db8::/56' in its one spelling. Raises Refusal: no prefix, longer than 128, or bits set after it."""
    try:
        if "/" not in typed:
            raise ValueError("no length")
        return str(IPv6Network(typed.strip(), strict=True))
    except ValueError:
        text = (
            f"{typed[:50]} is no IPv6 prefix. Write one like 2001:db8:0:100::/56, with nothing set after it."
        )
        raise Refusal("bad_prefix", text, field="prefix") from None


def octets(prefix: str) -> bytes:
    """A reserved 0, the length, and as many octets of the prefix as the length needs."""
    network = IPv6Network(prefix, strict=True)
    length = network.prefixlen
    return bytes((0, length)) + network.network_address.packed[: -(-length // 8)]
