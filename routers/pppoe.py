"""PPP by RADIUS on a router, and a PPPoE server with addresses of its own where one is wished for."""

import ipaddress
from collections.abc import Sequence

from kmikro.lib.refusal import Refusal
from routers import rows
from routers.rows import Found, Row

NAME = f"{rows.MARK}-pppoe"
SERVER = "/interface/pppoe-server/server"
INTERIM = "5m"  # when an Accept says nothing of it
WIDEST, NARROWEST = 16, 29  # prefix lengths of a network for PPPoE
_THIS_NETWORK = ipaddress.IPv4Network("0.0.0.0/8")  # RFC 1122, section 3.2.1.3


def network(text: str) -> ipaddress.IPv4Network:
    """The network from which PPPoE clients get addresses; refuses what is none, too wide or too narrow."""
    try:
        read = ipaddress.IPv4Network(text.strip())
    except ValueError:
        raise Refusal(
            "bad_network",
            "Write a network like 10.20.0.0/22: its first address and a length.",
            field="pppoe_network",
        ) from None
    nobodys = (
        read.overlaps(_THIS_NETWORK)
        or read.is_loopback
        or read.is_link_local
        or read.is_multicast
        or read.is_reserved
    )
    if nobodys or not WIDEST <= read.prefixlen <= NARROWEST:
        raise Refusal(
            "bad_network",
            f"The network for PPPoE has a length from /{WIDEST} to /{NARROWEST} and addresses that devices can have, "
            "for example 10.20.0.0/22.",
            field="pppoe_network",
        )
    return read


def holds(whole: ipaddress.IPv4Network, address: str) -> bool:
    """Whether the address lies in the network; an IPv6 address lies in none."""
    found = ipaddress.ip_address(address)
    return isinstance(found, ipaddress.IPv4Address) and found in whole


def check(interface: str, servers: Sequence[Found]) -> None:
    """Refuse an interface on which a PPPoE server that is not ours runs."""
    for row in servers:
        foreign = rows.key_of(row, "") is None and row.values.get("disabled") != "true"
        if foreign and row.values.get("interface") == interface:
            raise Refusal(
                "foreign_pppoe",
                f"A PPPoE server that is not ours ({row.values.get('service-name', '')}) runs on {interface}. Remove or "
                "disable it on the router, or choose another interface under RADIUS sign-in.",
            )


def aaa() -> Row:
    """PPP asks RADIUS after its own secrets, and reports."""
    return Row("/ppp/aaa", "", {"use-radius": "true", "accounting": "true", "interim-update": INTERIM})


def server(interface: str, addresses: str, *, mschap1: bool) -> list[Row]:
    """A PPPoE server on interface: the router has the first address of the network, clients the others."""
    whole = network(addresses)
    first = whole.network_address + 1
    return [
        Row("/ip/pool", NAME, {"name": NAME, "ranges": f"{first + 1}-{whole.broadcast_address - 1}"}),
        Row("/ppp/profile", NAME, {"name": NAME, "local-address": str(first), "remote-address": NAME}),
        listener("pppoe", interface, NAME, rows.MARK, mschap1=mschap1),
    ]


def listener(key: str, interface: str, profile: str, service: str, *, mschap1: bool) -> Row:
    """What answers to PPPoE on an interface."""
    values = {
        "service-name": service,
        "interface": interface,
        "default-profile": profile,
        # No PAP: it would carry the secret in clear over the whole segment.
        "authentication": "chap,mschap1,mschap2" if mschap1 else "chap,mschap2",
        "one-session-per-host": "true",
        "comment": f"{rows.MARK}:{key}",
        "disabled": "false",
    }
    return Row(SERVER, key, values)
