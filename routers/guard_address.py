"""Which addresses we let ourselves connect to: public routers and a router's own tunnel, never our own network."""

import ipaddress

from kmikro.lib import outward
from kmikro.lib.outward import Inside
from kmikro.lib.refusal import Refusal

_LABORATORY = tuple(
    ipaddress.ip_network(text) for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
)
# One text for every reason: it must not tell what lives where.
_REFUSED = "This address cannot be used for a router. A router needs a public IP address of its own."


def check(text: str, *, own: str, private: bool, pool: str = "", allotted: str = "") -> str:
    """The address when we may connect to it.

    `own` is the address we are reached at, `private` allows laboratories. Of `pool`, the network of all tunnels, the
    one address is good that was allotted to this router; the others belong to other routers, perhaps of other ISPs.
    """
    try:
        address = outward.parsed(text)
        if pool and address in ipaddress.ip_network(pool):
            if text != allotted:
                raise Inside
            return text
        if private and isinstance(address, ipaddress.IPv4Address) and any(address in n for n in _LABORATORY):
            return text
        return outward.public(text, own=(own,))
    except Inside:
        raise Refusal("bad_address", _REFUSED) from None


def check_port(port: int, *, private: bool) -> int:
    """The API port when we may connect to it: on public hosts only ports that can be a router's API."""
    if private or port in outward.ROUTER_PORTS:
        return port
    raise Refusal(
        "bad_port",
        f"The API service listens on port {port}. Under IP, Services set api-ssl to 8729, or api to 8728 where there "
        "is no TLS.",
    )
