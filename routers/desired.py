"""What a router should look like, from what the service wants and what the router has told about itself."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kmikro.lib.refusal import Refusal
from routers import loginpage, pppoe, rows
from routers.rows import Found, Row

HOTSPOT = f"{rows.MARK}-hotspot"
PROFILE = rows.MARK
HOTSPOT_SERVICE, PPP_SERVICE = "hotspot", "ppp"
RADSEC_SECRET = "radsec"  # RFC 6614, section 2.3: over TLS the secret protects nothing
OLDEST = (7, 0)
ASKS_FOR_MESSAGE_AUTH = (7, 15)
_MAC = {"mac-auth-mode": "mac-as-username"}
_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the service wants of one router; addresses and ports as the router sees them."""

    radius_address: str
    radius_auth_port: int
    radius_acct_port: int
    radius_secret: str = field(repr=False)
    coa_port: int
    interface: str
    portal_host: str
    portal_url: str
    router_address: str  # the address that our RADIUS server sees
    serial: str = ""  # as it enrolled; empty: none known
    services: frozenset[str] = frozenset({HOTSPOT_SERVICE})  # what asks RADIUS, in RouterOS' words
    mac_login: bool = False  # listed devices sign in at the hotspot by their MAC
    mac_auth_password: str = field(default="", repr=False)
    mschap1: bool = False
    pppoe_interface: str = ""  # empty: no PPPoE server of ours
    pppoe_network: str = ""
    radsec_certificate: str = ""  # its name on the router; empty: RADIUS goes by UDP
    radsec_port: int = 2083


@dataclass(frozen=True, slots=True)
class Facts:
    """What the router told: rows of the menus that matter, by path."""

    version: str
    serial: str
    tables: Mapping[str, Sequence[Found]]

    def of(self, path: str) -> Sequence[Found]:
        return self.tables.get(path, ())

    @property
    def flash(self) -> bool:
        """A board with a flash folder loses everything beside it at a reboot."""
        return any(row.values.get("name") == "flash" for row in self.of("/file"))


def version_of(text: str) -> tuple[int, int, int]:
    """`7.20.8 (stable)` and `7.15rc2` as numbers; (0, 0, 0) when it cannot be read."""
    match = _VERSION.match(text)
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else (0, 0, 0)


def hotspot_address(facts: Facts, interface: str) -> str:
    """The router's own address on the hotspot's interface; empty when there is none."""
    for row in facts.of("/ip/address"):
        values = row.values
        on = interface in {values.get("interface"), values.get("actual-interface")}
        if on and values.get("disabled") != "true":
            return values.get("address", "").partition("/")[0]
    return ""


def address_pool(facts: Facts, interface: str) -> str:
    """The pool that serves the interface already, by its DHCP server or by its network; `none` without one."""
    names = {row.values.get("name") for row in facts.of("/ip/pool")}
    for row in facts.of("/ip/dhcp-server"):
        if row.values.get("interface") == interface and row.values.get("address-pool") in names:
            return row.values["address-pool"]
    for row in facts.of("/ip/address"):
        if row.values.get("interface") == interface and row.values.get("disabled") != "true":
            network = ipaddress.ip_interface(row.values.get("address", "0.0.0.0/32")).network
            for pool in facts.of("/ip/pool"):
                first = pool.values.get("ranges", "").partition("-")[0].partition(",")[0].partition("/")[0]
                if _within(first, network):
                    return pool.values.get("name", "none")
    return "none"


def _within(text: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(text) in network
    except ValueError:
        return False


def check(wish: Wish, facts: Facts) -> None:
    """Refuse a router that we must not or cannot configure, with the fix in words."""
    if wish.serial and facts.serial and wish.serial != facts.serial:
        raise Refusal(
            "other_router",
            f"Another router answers: its serial number is {facts.serial}, not {wish.serial}. "
            "If you replaced the hardware, make a new command and paste it there.",
        )
    if version_of(facts.version)[:2] < OLDEST:
        raise Refusal(
            "old_version", f"It runs RouterOS {facts.version}. Upgrade it to 7.0 or newer, then try again."
        )
    hotspot = HOTSPOT_SERVICE in wish.services
    names = [row.values.get("name", "") for row in facts.of("/interface")]
    for interface in (wish.interface if hotspot else "", wish.pppoe_interface):
        if interface and interface not in names:
            known = ", ".join(name for name in names if name)[:120]
            raise Refusal(
                "no_interface",
                f"The router has no interface {interface}. Edit the router and choose one of: {known}.",
            )
    if wish.pppoe_interface:
        pppoe.check(wish.pppoe_interface, facts.of(pppoe.SERVER))
    if hotspot:
        _check_hotspot(wish, facts)


def _check_hotspot(wish: Wish, facts: Facts) -> None:
    if not hotspot_address(facts, wish.interface):
        raise Refusal(
            "no_address",
            f"{wish.interface} has no IP address on the router. Give it one under IP, Addresses, then try again.",
        )
    for row in facts.of("/ip/hotspot"):
        ours = rows.key_of(row, "") is not None
        if (
            row.values.get("interface") == wish.interface
            and not ours
            and row.values.get("disabled") != "true"
        ):
            raise Refusal(
                "foreign_hotspot",
                f"A hotspot that is not ours ({row.values.get('name', '')}) runs on {wish.interface}. Remove or "
                "disable it on the router, or edit this router and choose another interface.",
            )


def build(wish: Wish, facts: Facts) -> list[Row]:
    """All rows we want; raises Refusal when the router is not fit."""
    check(wish, facts)
    made = [
        *_radius(wish, facts),
        Row("/radius/incoming", "", {"accept": "true", "port": str(wish.coa_port)}),
    ]
    if HOTSPOT_SERVICE in wish.services:
        made += _hotspot(wish, facts)
    if PPP_SERVICE in wish.services:
        made.append(pppoe.aaa())
    if wish.pppoe_interface:
        made += pppoe.server(wish.pppoe_interface, wish.pppoe_network, mschap1=wish.mschap1)
    return made


def _hotspot(wish: Wish, facts: Facts) -> list[Row]:
    folder = rows.folder_on(facts.flash)
    pages = [
        Row("/file", name, {"name": f"{folder}/{name}", "contents": text})
        for name, text in sorted(loginpage.pages(wish.portal_url).items())
    ]
    return [
        *pages,
        Row(
            "/ip/hotspot/walled-garden/ip",
            "portal",
            {
                "action": "accept",
                "dst-host": wish.portal_host,
                "comment": f"{rows.MARK}:portal",
                "disabled": "false",
            },
        ),
        Row(
            "/ip/hotspot/profile",
            PROFILE,
            {
                "name": PROFILE,
                "hotspot-address": hotspot_address(facts, wish.interface),
                "html-directory-override": folder,
                # A voucher's code is its user name too, so CHAP would hide nothing; and its challenge is good for one
                # view of the page, which a phone's own look for a portal in the background can use up.
                "login-by": "mac,http-pap" if wish.mac_login else "http-pap",
                **(_MAC | {"mac-auth-password": wish.mac_auth_password} if wish.mac_login else {}),
                "use-radius": "true",
                "radius-accounting": "true",
                "radius-interim-update": "received",
            },
        ),
        Row(
            "/ip/hotspot",
            HOTSPOT,
            {
                "name": HOTSPOT,
                "interface": wish.interface,
                "profile": PROFILE,
                "address-pool": address_pool(facts, wish.interface),
                "disabled": "false",
            },
        ),
    ]


def _radius(wish: Wish, facts: Facts) -> list[Row]:
    """The server by UDP; with a certificate the one by TLS takes all services over.

    The first one stays without services then: Disconnect and CoA still come by UDP, signed with its secret.
    """
    services = ",".join(sorted(wish.services))
    udp = _by_udp(wish, facts)
    if not wish.radsec_certificate:
        return [Row("/radius", "radius", {"service": services, **udp})]
    port = str(wish.radsec_port)
    tls = {
        "service": services,
        **udp,
        "protocol": "radsec",
        "certificate": wish.radsec_certificate,
        "secret": RADSEC_SECRET,
        "authentication-port": port,
        "accounting-port": port,
        "comment": f"{rows.MARK}:radsec",
    }
    return [Row("/radius", "radius", {"service": "", **udp}), Row("/radius", "radsec", tls)]


def _by_udp(wish: Wish, facts: Facts) -> dict[str, str]:
    own = {row.values.get("address", "").partition("/")[0] for row in facts.of("/ip/address")}
    values = {
        "address": wish.radius_address,
        "secret": wish.radius_secret,
        "authentication-port": str(wish.radius_auth_port),
        "accounting-port": str(wish.radius_acct_port),
        "timeout": "3s",  # routers give up after 300 ms by themselves
        "src-address": wish.router_address if wish.router_address in own else "0.0.0.0",
        "comment": f"{rows.MARK}:radius",
        "disabled": "false",
    }
    if version_of(facts.version)[:2] >= ASKS_FOR_MESSAGE_AUTH:
        values["require-message-auth"] = "yes-for-request-resp"
    return values


def login_url(wish: Wish, facts: Facts) -> str:
    """Where browsers log in at this router: what its `link-login-only` must be.

    Real hotspots answer on port 80 of their name or address. Behind a loopback address there is no network of
    phones: whoever reaches that router is on our machine and finds its pages at that address and its www port.
    """
    host, port = hotspot_address(facts, wish.interface), 80
    for row in facts.of("/ip/hotspot/profile"):
        if row.values.get("name") == PROFILE:
            host = row.values.get("dns-name") or host
    if ipaddress.ip_address(wish.router_address).is_loopback:
        host = wish.router_address
        www = [row for row in facts.of("/ip/service") if row.values.get("name") == "www"]
        port = int(www[0].values.get("port", "80")) if www else 80
    return f"http://{host}{'' if port == 80 else f':{port}'}/login"
