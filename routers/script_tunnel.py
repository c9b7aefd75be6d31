"""The lines of the enrolment script that bring up the WireGuard tunnel: the key is made on the router and stays there.

They can run again after a cut at any of them, and change nothing when all is there.
"""

from dataclasses import dataclass, field

from kmikro.lib import wireguard
from routers import rows
from routers.menus import WIREGUARD
from routers.script import quote

INTERFACE = WIREGUARD
MARK = f"{rows.MARK}:tunnel"
PORT = 51099  # where the router listens; RouterOS would take 13231, which an interface of the ISP's may have
KEEPALIVE = "25s"
PATIENCE = 45  # seconds for the first handshake
NO_HANDSHAKE = (
    "The tunnel does not come up: no handshake. Let UDP go out to port {port} of {host} in the firewalls on the way, and "
    "paste the command again."
)


@dataclass(frozen=True, slots=True)
class Tunnel:
    """What the router is told of its tunnel."""

    address: str
    hub: str  # the hub's address inside
    host: str
    port: int
    hub_key: str
    preshared_key: str = field(repr=False)


def lines(tunnel: Tunnel, url: str, check: str) -> list[str]:
    """Interface, peer, address, our key told to the hub, and the wait for its handshake.

    check says `yes` or `no`: whether the router makes sure who answers. The service that the script gave our certificate
    to is opened to the hub alone; one that somebody else uses stays open to whom it was.
    """
    q = quote
    interface, mark = q(INTERFACE), q(MARK)
    told, post = (telling(url, word, check) for word in ("tunnel", "report"))
    peer = (
        f"interface={interface} public-key={q(tunnel.hub_key)} preshared-key={q(tunnel.preshared_key)} "
        f"endpoint-address={q(tunnel.host)} endpoint-port={tunnel.port} allowed-address={tunnel.hub}/32 "
        f"persistent-keepalive={KEEPALIVE} disabled=no"
    )
    address = f"address={tunnel.address}/32 network={tunnel.hub} interface={interface} disabled=no"
    settings = f"mtu={wireguard.MTU} listen-port={PORT} disabled=no"
    return [
        f":if ([:len [/interface wireguard find where name={interface}]] = 0) do={{",
        f"  /interface wireguard add name={interface} comment={mark} {settings}",
        f"}} else={{ /interface wireguard set [find where name={interface}] {settings} }}",
        f":if ([:len [/interface wireguard peers find where comment={mark}]] = 0) do={{",
        f"  /interface wireguard peers add comment={mark} {peer}",
        f"}} else={{ /interface wireguard peers set [find where comment={mark}] {peer} }}",
        f":if ([:len [/ip address find where comment={mark}]] = 0) do={{",
        f"  /ip address add comment={mark} {address}",
        f"}} else={{ /ip address set [find where comment={mark}] {address} }}",
        f":local key [/interface wireguard get [find where name={interface}] public-key]",
        f'{told} http-data=("key=" . $key)',
        ':local hand ""',
        f":for second from=1 to={PATIENCE} do={{",
        '  :if ($hand = "") do={',
        f"    :set hand [:tostr [/interface wireguard peers get [find where comment={mark}] last-handshake]]",
        '    :if ($hand = "") do={ :delay 1s }',
        "  }",
        "}",
        ':if ($hand = "") do={',
        f'  {post} http-data=($facts . "\\nproblem=tunnel")',
        f"  :error {q(NO_HANDSHAKE.format(host=tunnel.host, port=tunnel.port))}",
        "}",
        *service(f"/ip service set $service address={tunnel.hub}/32"),
    ]


def telling(url: str, word: str, check: str) -> str:
    """The beginning of a call that tells us something."""
    return f"/tool fetch url={quote(f'{url}/{word}')} http-method=post output=none check-certificate={check}"


def removal() -> list[str]:
    """For a router that comes another way now: peer, address and interface of this module go. Not for RouterOS 6."""
    mark = quote(MARK)
    return [
        f"/interface wireguard peers remove [/interface wireguard peers find where comment={mark}]",
        f"/ip address remove [/ip address find where comment={mark}]",
        f"/interface wireguard remove [/interface wireguard find where name={quote(INTERFACE)}]",
    ]


def without(hub: str, *, six: bool = False) -> list[str]:
    """For a router that is reached directly where there is a hub: nothing stays open to the hub alone."""
    opened = "[:tostr [/ip service get $service address]]"
    return service(
        f':if ({opened} = {quote(hub)} || {opened} = {quote(f"{hub}/32")}) do={{ /ip service set $service address="" }}',
        six=six,
    )


def service(act: str, *, six: bool = False) -> list[str]:
    """Do something with the service that has our certificate; 6 lists no connections there, and has no word for them."""
    own, listed = quote(f"{rows.MARK}-api"), "" if six else " !dynamic"
    return [
        f':foreach service in=[/ip service find where name="api-ssl" certificate={own}{listed}] do={{',
        f"  {act}",
        "}",
    ]
