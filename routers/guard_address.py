"""Which addresses we let ourselves connect to: public routers, never our own network (reliability.md 9)."""

import ipaddress

from kmikro.lib.refusal import Refusal

PORTS = frozenset({8728, 8729, 443})
# Listed by hand: is_global alone lets translated, multicast and relay addresses through in Python 3.11.
_NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/3",
        "::/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "4000::/2", "8000::/1",
    )
)  # fmt: skip
_LABORATORY = tuple(
    ipaddress.ip_network(text) for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
# One text for every reason: it must not tell what lives where.
_REFUSED = "This address cannot be used for a router. A router needs a public IP address of its own."


def check(text: str, *, own: str, private: bool) -> str:
    """The address when we may connect to it; own is the address we are reached at, private allows laboratories."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise Refusal("bad_address", _REFUSED) from None
    if str(address) != text.lower() or "%" in text:
        raise Refusal("bad_address", _REFUSED)
    if private and isinstance(address, ipaddress.IPv4Address) and any(address in net for net in _LABORATORY):
        return text
    same_family = [net for net in _NEVER if net.version == address.version]
    if not address.is_global or any(address in net for net in same_family) or text == own:
        raise Refusal("bad_address", _REFUSED)
    return text


def check_port(port: int, *, private: bool) -> int:
    """The API port when we may connect to it: on public hosts only ports that can be a router's API."""
    if private or port in PORTS:
        return port
    raise Refusal("bad_port", f"The API service listens on port {port}. Set it to 8728 under IP, Services.")
