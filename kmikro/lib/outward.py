"""Where we let ourselves connect to when a stranger names the place: public hosts, never our own network.

Pure: who looks names up is handed in. What was checked is what is connected to (reliability.md, inputs 37 to 42).
"""

import ipaddress
import re
from collections.abc import Callable, Collection, Sequence
from urllib.parse import urlsplit

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Lookup = Callable[[str], Sequence[str]]
ROUTER_PORTS = (443, 8728, 8729)  # where the API of a router may be; no other service is called

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
# Letters at the end: 127.1, 0x7f.1 and 10.8 are addresses to getaddrinfo; a dot: localhost and db are ours.
_NAME = re.compile(r"(?=.{4,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


class Inside(ValueError):
    """The place is not a public one, or is no place at all. It does not say which."""


def parsed(text: str) -> Address:
    """The address in the one spelling that everything after us reads the same way."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise Inside from None
    if str(address) != text.lower() or "%" in text:
        raise Inside
    return address


def public(text: str, *, own: Collection[str]) -> str:
    """The address when it is a public one that is not ours."""
    address = parsed(text)
    same_family = [net for net in _NEVER if net.version == address.version]
    if not address.is_global or any(address in net for net in same_family) or text.lower() in own:
        raise Inside
    return text


def pinned(place: str, lookup: Lookup, check: Callable[[str], str]) -> str:
    """The address behind a typed name or address, looked up once; every answer has to pass, the first is connected to."""
    place = place.strip().rstrip(".").lower() if place.isascii() else ""
    if not _NAME.fullmatch(place):
        return check(place)
    answers = [check(answer) for answer in lookup(place)]
    if not answers:
        raise Inside
    return answers[0]


def https_place(url: str) -> tuple[str, int, str]:
    """Host, port and path of a web address that a stranger wants called: https and nothing else, no user in it."""
    if not url.isascii() or any(sign <= " " or sign in '\\"<>' for sign in url):
        raise Inside
    try:
        parts = urlsplit(url)
        port = parts.port or 443
    except ValueError:
        raise Inside from None
    if parts.scheme != "https" or not parts.hostname or "@" in parts.netloc or port != 443:
        raise Inside
    return parts.hostname, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
