"""A router's tunnel, as its enrolment begins it and its pages show it: address, key, handshake, and the fix."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from kmikro.lib.refusal import Refusal
from routers import guard_address, newcomers, script_tunnel
from routers.models import Router
from routers.radsec import SPENT
from tenants import tunnels
from tenants.tunnels import Allotment, all_of, guarded_pool, is_configured, release

__all__ = ["Health", "all_of", "allotted", "choose", "demand_key", "directly", "guarded_pool", "health", "inside", "offered", "why_none", "no_handshake", "of", "release", "server_of", "take_key", "without"]  # fmt: skip

PATIENCE = timedelta(seconds=script_tunnel.PATIENCE)


@dataclass(frozen=True, slots=True)
class Health:
    """How a tunnel is; state is ok, now (wait) or bad, and the text a sentence with the fix."""

    state: str
    text: str
    age: timedelta | None = None  # of the last handshake


def choose(router: Router, caller: str, *, url: str, check: str, six: bool, now: datetime) -> tuple[str, ...]:
    """Through a tunnel where there is a hub that runs, else at the caller's address; gives the script's lines for it.

    Sets path and address; who asked saves them. Refuses a caller that we would have to call and never do.
    """
    hub = None if six else tunnels.hub(now)
    if hub is None:
        directly(router, caller, now=now)
        return without(six=six)
    mine = tunnels.allot(router.pk, now=now)
    router.path, router.address = Router.Path.TUNNEL, mine.address
    told = script_tunnel.Tunnel(
        mine.address, hub.address, hub.host, hub.port, hub.public_key, mine.preshared_key
    )
    return tuple(script_tunnel.lines(told, url, check))


def without(*, six: bool) -> tuple[str, ...]:
    """Script lines for a router that is reached directly; one of RouterOS 6 never had a tunnel to be shut for."""
    return tuple(script_tunnel.without(tunnels.hub_address())) if is_configured() and not six else ()


def directly(router: Router, address: str, *, now: datetime) -> None:
    """The router will be reached at this address, when it is one that we call."""
    guard_address.check(
        address, own=settings.RADIUS_ADDRESS, private=settings.ALLOW_PRIVATE_ROUTERS, pool=guarded_pool()
    )
    newcomers.count(address, now=now)
    router.path, router.address = Router.Path.DIRECT, address


def take_key(router: Router, facts: Mapping[str, str], *, caller: str, now: datetime) -> None:
    """The router that enrols tells the public key that it made."""
    if router.state != Router.State.FETCHED or router.caller != caller or router.path != Router.Path.TUNNEL:
        raise SPENT
    tunnels.take_key(router.pk, facts.get("key", ""), now=now)
    if router.trouble:
        router.trouble = ""
        router.save(update_fields=["trouble"])


def demand_key(router: Router) -> None:
    """A router that shall be reached through a tunnel has told its key before it reports."""
    mine = of(router)
    if router.path == Router.Path.TUNNEL and (mine is None or not mine.public_key):
        raise Refusal("bad_report", "The router has not told its WireGuard key.")


def offered(now: datetime) -> bool:
    """Whether the next command would bring a tunnel."""
    return tunnels.hub(now) is not None


def why_none(router: Router, *, now: datetime) -> str:
    """Why a router that could have a tunnel is, or will be, reached directly; empty where there is nothing to say."""
    if router.path == Router.Path.TUNNEL and router.fetched_at:
        return ""
    return tunnels.trouble(now)


def inside(router: Router) -> tuple[str, ...]:
    """The addresses that a tunnel brings to the router: its own first, then the hub's; none without a tunnel."""
    return (router.address or "", tunnels.hub_address()) if router.path == Router.Path.TUNNEL else ()


def of(router: Router) -> Allotment | None:
    """The router's tunnel; None when it is reached directly."""
    return tunnels.of(router.pk) if router.path == Router.Path.TUNNEL else None


def allotted(router: Router) -> str:
    """The tunnel address that the platform gave this router, whatever its own row says."""
    mine = of(router)
    return mine.address if mine else ""


def server_of(router: Router) -> str:
    """The address that this router shall know us by."""
    return tunnels.hub_address() if router.path == Router.Path.TUNNEL else str(settings.RADIUS_ADDRESS)


def no_handshake() -> str:
    """The fix when the hub never heard of the router."""
    host, port = settings.TUNNEL_ENDPOINT
    return script_tunnel.NO_HANDSHAKE.format(host=host, port=port)


def health(tunnel: Allotment, *, now: datetime) -> Health:
    """What to show of a tunnel: up, on its way, or why it is not and what to do."""
    trouble = tunnels.trouble(now)
    if trouble:
        return Health("bad", f"Nothing is known of the tunnel: {trouble}.")
    if tunnel.keyed_at is None:
        return Health("now", "Waiting for the key that the router makes.")
    if tunnel.handshake_at is None:
        waited = now - tunnel.keyed_at > PATIENCE
        return Health("bad", no_handshake()) if waited else Health("now", "Waiting for the first handshake.")
    age = max(now - tunnel.handshake_at, timedelta())
    if tunnel.is_up:
        return Health("ok", "", age)
    return Health("bad", f"Its last handshake came from {tunnel.endpoint}. {no_handshake()}", age)
