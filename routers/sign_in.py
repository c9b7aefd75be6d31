"""How people may sign in through a router: what asks RADIUS there, by MAC, by old methods, PPPoE, TLS."""

from dataclasses import dataclass, field
from datetime import datetime

from accounts import journal
from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers import pppoe
from routers.desired import HOTSPOT_SERVICE, PPP_SERVICE
from routers.enrolment import checked_interface
from routers.models import Router
from tenants import routes

WIFI_SERVICE = "wireless"
SERVICES = (HOTSPOT_SERVICE, PPP_SERVICE, WIFI_SERVICE, "dhcp", "login")  # RouterOS' words
LONGEST_PASSWORD = 64
_KEPT = [
    "radius_services", "mac_login", "mac_auth_password", "allow_mschap1", "allow_eap", "admit_unknown",
    "pppoe_interface", "pppoe_network", "wants_radsec",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class SignIn:
    """What a person wishes; mac_auth_password None leaves the one there is."""

    services: frozenset[str]
    mac_login: bool = False
    mac_auth_password: str | None = field(default=None, repr=False)
    allow_mschap1: bool = False
    allow_eap: bool = False
    admit_unknown: bool = False
    pppoe_interface: str = ""
    pppoe_network: str = ""
    wants_radsec: bool = False


def settle(router: Router, wish: SignIn, *, by: Actor, now: datetime) -> bool:
    """Keep the settings and tell RADIUS; True when the router has to be told as well.

    Raises Refusal when they do not fit together.
    """
    interface, network = _checked(router, wish)
    router.radius_services = ",".join(word for word in SERVICES if word in wish.services)
    router.mac_login = wish.mac_login
    if wish.mac_auth_password is not None:
        router.mac_auth_password = wish.mac_auth_password
    router.allow_mschap1, router.allow_eap = wish.allow_mschap1, wish.allow_eap
    router.admit_unknown = wish.admit_unknown
    router.pppoe_interface, router.pppoe_network = interface, network
    router.wants_radsec = wish.wants_radsec
    router.save(update_fields=_KEPT)  # what the router itself told meanwhile stays
    tell_radius(router)
    facts = {
        "services": router.services,
        "mac_login": router.mac_login,
        "mac_password": bool(router.mac_auth_password),
        "mschap1": router.allow_mschap1,
        "eap": router.allow_eap,
        "strangers": router.admit_unknown,
        "pppoe": f"{interface} {network}".strip(),
        "radsec": router.wants_radsec,
    }
    journal.record(by, "router.sign-in", router, now=now, **facts)
    return router.is_ready


def tell_radius(router: Router) -> None:
    """Let our RADIUS server know what is allowed, when it knows the router."""
    routes.settle_sign_in(
        router.pk,
        allow_mschap1=router.allow_mschap1,
        mac_auth_password=router.mac_auth_password,
        allow_eap=router.allow_eap,
        admit_unknown=router.admit_unknown,
    )


def _checked(router: Router, wish: SignIn) -> tuple[str, str]:
    """Interface and network of PPPoE in one spelling; empty without it."""
    if not wish.services or wish.services - set(SERVICES):
        raise Refusal("no_service", "Choose at least one thing that asks RADIUS.", field="services")
    if wish.mac_login and HOTSPOT_SERVICE not in wish.services:
        raise Refusal("no_hotspot", "Sign-in by MAC needs the hotspot.", field="mac_login")
    if wish.allow_eap and WIFI_SERVICE not in wish.services:
        raise Refusal("no_wifi", "802.1X needs Wi-Fi among what asks RADIUS.", field="allow_eap")
    password = wish.mac_auth_password or ""
    if len(password) > LONGEST_PASSWORD or not password.isascii() or not password.isprintable():
        text = f"The password sent with a MAC has at most {LONGEST_PASSWORD} plain characters."
        raise Refusal("bad_password", text, field="mac_auth_password")
    if not wish.pppoe_interface.strip() and not wish.pppoe_network.strip():
        return "", ""
    if PPP_SERVICE not in wish.services:
        raise Refusal("no_ppp", "A PPPoE server needs PPP among what asks RADIUS.", field="services")
    if not wish.pppoe_network.strip():
        raise Refusal(
            "bad_network", "Say from which network PPPoE clients get addresses.", field="pppoe_network"
        )
    try:
        interface = checked_interface(wish.pppoe_interface)
    except Refusal as refusal:
        raise Refusal(refusal.code, refusal.text, field="pppoe_interface") from None
    network = pppoe.network(wish.pppoe_network)
    if router.hotspot_address and pppoe.holds(network, router.hotspot_address):
        text = f"{network} holds the hotspot's address {router.hotspot_address}. Choose another network."
        raise Refusal("bad_network", text, field="pppoe_network")
    return interface, str(network)
