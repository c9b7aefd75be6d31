"""What a router should look like, from what the service wants and what the router has told about itself."""

import ipaddress
from dataclasses import dataclass, field

from kmikro.lib.refusal import Refusal
from routers import hotspots, local_people, offer_rows, pppoe, rows, six
from routers.facts import Facts, address_pool, hotspot_address, version_of
from routers.hotspots import Signing
from routers.local_people import Person
from routers.offers import Offer
from routers.rows import Original, Row

__all__ = ["Facts", "Wish", "address_pool", "build", "check", "hotspot_address", "login_url", "version_of"]

HOTSPOT = f"{rows.MARK}-hotspot"
PROFILE = rows.MARK
HOTSPOT_SERVICE, PPP_SERVICE = "hotspot", "ppp"
RADSEC_SECRET = "radsec"  # RFC 6614, section 2.3: over TLS the secret protects nothing
OLDEST = (6, 49)
ASKS_FOR_MESSAGE_AUTH = (7, 15)


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
    offers: tuple[Offer, ...] = ()
    people: tuple[Person, ...] = field(
        default=(), repr=False
    )  # subscribers who must be known on the router itself
    taken: tuple[Row, ...] = field(default=(), repr=False)  # rows that we took over, as they should be
    originals: tuple[Original, ...] = field(default=(), repr=False)  # and as they were
    broken: str = ""  # why its offers are not known: nothing is written then, or rows would go
    menus: frozenset[str] = frozenset()  # to read beside the usual, since rows of ours may be there
    other_pools: tuple[tuple[str, str], ...] = ()  # what the ISP's other routers hand out: name, ranges

    @property
    def asking(self) -> frozenset[str]:
        """What asks RADIUS: the services of the router and those of its offers."""
        kinds = {offer.kind for offer in self.offers}
        more = {HOTSPOT_SERVICE} & kinds | ({PPP_SERVICE} if "pppoe" in kinds else set())
        return self.services | more


def check(wish: Wish, facts: Facts) -> None:
    """Refuse a router that we must not or cannot configure, with the fix in words."""
    if wish.serial and facts.serial and wish.serial != facts.serial:
        raise Refusal(
            "other_router",
            f"Another router answers: its serial number is {facts.serial}, not {wish.serial}. "
            "If you replaced the hardware, make a new command and paste it there.",
        )
    if wish.broken:
        raise Refusal("broken_template", wish.broken)
    if version_of(facts.version)[:2] < OLDEST:
        raise Refusal(
            "old_version", f"It runs RouterOS {facts.version}. Upgrade it to 6.49 or to 7, then try again."
        )
    six.check(wish.offers, facts)
    hotspot = HOTSPOT_SERVICE in wish.services
    names = [row.values.get("name", "") for row in facts.of("/interface")]
    made_here = {offer.has("name") for offer in wish.offers if offer.kind == "vlan"}
    for interface in (wish.interface if hotspot else "", wish.pppoe_interface):
        if interface and interface not in names and interface not in made_here:
            known = ", ".join(name for name in names if name)[:120]
            raise Refusal(
                "no_interface",
                f"The router has no interface {interface}. Edit the router and choose one of: {known}.",
            )
    own = {HOTSPOT_SERVICE: wish.interface if hotspot else "", "pppoe": wish.pppoe_interface}
    for offer in wish.offers:
        if offer.has("interface") and offer.has("interface") == own.get(offer.kind):
            raise Refusal(
                "same_place",
                f"{offer.key}: the router's own {'hotspot' if offer.kind == HOTSPOT_SERVICE else 'PPPoE server'} runs "
                f"on {offer.has('interface')} already. Choose another interface for one of them.",
            )
    if wish.pppoe_interface:
        pppoe.check(wish.pppoe_interface, facts.of(pppoe.SERVER))
    if hotspot:
        _check_hotspot(wish, facts)


def hotspot_at(wish: Wish, facts: Facts) -> str:
    """The router's own address at its own hotspot."""
    return offer_rows.address_on(wish.offers, facts, wish.interface)


def _check_hotspot(wish: Wish, facts: Facts) -> None:
    if not hotspot_at(wish, facts):
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
    if HOTSPOT_SERVICE in wish.asking:
        folder = rows.folder_on(facts.flash)
        pages = hotspots.pages(wish.portal_url, wish.portal_host, folder)
        made += six.pages(pages, facts, folder) if six.is_six(facts) else pages
    if HOTSPOT_SERVICE in wish.services:
        made += _hotspot(wish, facts)
    if PPP_SERVICE in wish.asking:
        made.append(pppoe.aaa())
    if wish.pppoe_interface:
        made += pppoe.server(wish.pppoe_interface, wish.pppoe_network, mschap1=wish.mschap1)
    made += offer_rows.made(
        wish.offers, facts, _signing(wish, facts), portal_host=wish.portal_host, mschap1=wish.mschap1
    )
    if wish.people:
        made += local_people.made(wish.people, made)
    return made + [row for row in wish.taken if (row.path, row.key) not in {(r.path, r.key) for r in made}]


def _signing(wish: Wish, facts: Facts) -> Signing:
    folder = rows.folder_on(facts.flash)
    return Signing(
        folder,
        mac_login=wish.mac_login,
        mac_auth_password=wish.mac_auth_password,
        own_folder=six.is_six(facts),
    )


def _hotspot(wish: Wish, facts: Facts) -> list[Row]:
    """The hotspot that every router has had; more of them are offers."""
    pool = offer_rows.pool_on(wish.offers, facts, wish.interface)
    return [
        hotspots.profile(PROFILE, hotspot_at(wish, facts), _signing(wish, facts)),
        hotspots.server(HOTSPOT, wish.interface, PROFILE, pool),
    ]


def _radius(wish: Wish, facts: Facts) -> list[Row]:
    """The server by UDP; with a certificate the one by TLS takes all services over.

    The first one stays without services then: Disconnect and CoA still come by UDP, signed with its secret.
    """
    services = ",".join(sorted(wish.asking))
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
    """Where browsers log in at this router's own hotspot: what its `link-login-only` must be."""
    return _login_at(wish, facts, hotspot_at(wish, facts), PROFILE)


def more_logins(wish: Wish, facts: Facts) -> list[str]:
    """The same for the hotspots that are offers."""
    found = [
        _login_at(
            wish,
            facts,
            offer_rows.address_on(wish.offers, facts, offer.has("interface")),
            offer_rows.name_of(offer),
        )
        for offer in wish.offers
        if offer.kind == HOTSPOT_SERVICE
    ]
    return sorted(set(found))


def _login_at(wish: Wish, facts: Facts, address: str, profile: str) -> str:
    """Real hotspots answer on port 80 of their name or address.

    Behind a loopback address there is no network of phones: whoever reaches that router is on our machine and finds
    its pages at that address and its www port.
    """
    host, port = address, 80
    for row in facts.of("/ip/hotspot/profile"):
        if row.values.get("name") == profile:
            host = row.values.get("dns-name") or host
    if ipaddress.ip_address(wish.router_address).is_loopback:
        host = wish.router_address
        www = [row for row in facts.of("/ip/service") if row.values.get("name") == "www"]
        port = int(www[0].values.get("port", "80")) if www else 80
    return f"http://{host}{'' if port == 80 else f':{port}'}/login"
