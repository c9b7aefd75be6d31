"""A router's tunnel, as its enrolment begins it and its pages show it: address, key, last word, and the fix."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from kmikro.lib.refusal import Refusal
from routers import guard_address, hub_certificate, menus, newcomers, script_sstp, script_tunnel
from routers.models import Router
from routers.radsec import SPENT
from tenants import tunnels
from tenants.models import TunnelKind as Kind
from tenants.tunnels import Allotment, Hub, all_of, guarded_pool, is_configured, release

__all__ = ["Health", "Kind", "Way", "all_of", "allotted", "by_block", "certificate", "choose", "demand_key", "directly", "guarded_pool", "health", "inside", "into_block", "not_up", "of", "offered", "opens", "release", "server_of", "take_key", "why_none", "without"]  # fmt: skip

PATIENCE = timedelta(seconds=script_tunnel.PATIENCE)
_NO_HUB = Refusal("no_hub", "The SSTP hub does not run at the moment. Paste the command again in a minute.")


@dataclass(frozen=True, slots=True)
class Health:
    """How a tunnel is; state is ok, now (wait) or bad, and the text a sentence with the fix."""

    state: str
    text: str
    age: timedelta | None = None  # of the last word


@dataclass(frozen=True, slots=True)
class Way:
    """How a router will be reached: the script's lines for it, the interface that they make, and who calls through it."""

    lines: tuple[str, ...]
    server: str
    interface: str = ""


def choose(router: Router, caller: str, *, url: str, check: str, six: bool, now: datetime) -> Way:
    """Through a tunnel where a hub runs that the router can use, else at the caller's address.

    Sets path and address; who asked saves them. Refuses a caller that we would have to call and never do.
    """
    kind, hub = _open(now, six=six)
    if hub is None:
        directly(router, caller, now=now)
        return Way(without(six=six), server_of(router))
    if kind == Kind.SSTP:
        return _by_sstp(router, hub, url, check, six=six, now=now)
    mine = tunnels.allot(router.pk, now=now)
    router.path, router.address = Router.Path.TUNNEL, mine.address
    told = script_tunnel.Tunnel(
        mine.address, hub.address, hub.host, hub.port, hub.public_key, mine.preshared_key
    )
    lines = (*script_sstp.removal(), *script_tunnel.lines(told, url, check))
    return Way(lines, hub.address, menus.WIREGUARD)


def _open(now: datetime, *, six: bool) -> tuple[str, Hub | None]:
    """The hub that the router comes to: by WireGuard where it and we have that, else by SSTP."""
    for kind in (Kind.SSTP,) if six else (Kind.WIREGUARD, Kind.SSTP):
        hub = tunnels.hub(now, kind)
        if hub is not None:
            return kind, hub
    return "", None


def _by_sstp(router: Router, hub: Hub, url: str, check: str, *, six: bool, now: datetime) -> Way:
    mine = tunnels.allot(router.pk, now=now, kind=Kind.SSTP)
    router.path, router.address = Router.Path.TUNNEL, mine.address
    link = script_sstp.Link(
        hub=hub.address,
        host=hub.host,
        port=hub.port,
        user=tunnels.user_of(mine.address),
        password=mine.preshared_key,
        certificate=hub.certificate,
        fingerprint=hub_certificate.fingerprint(hub.certificate),
        names_host=hub_certificate.names(hub.certificate, hub.host),
        six=six,
    )
    return Way(tuple(script_sstp.lines(link, url, check)), hub.address, menus.SSTP)


def into_block(router: Router, *, six: bool, now: datetime) -> Way | None:
    """The way for a pasted block, which can bring a password but no key back; None: directly.

    Who looks at the block of 7 takes no WireGuard tunnel from a router that may still use it.
    """
    hub = opens(router, six=six, now=now)
    if hub is None:
        return None
    before = router.path, router.address
    try:
        return _by_sstp(router, hub, "", "no", six=six, now=now)
    finally:
        router.path, router.address = before  # it has pasted nothing yet


def opens(router: Router, *, six: bool, now: datetime) -> Hub | None:
    """The hub that a pasted block would bring the router to."""
    held = tunnels.of(router.pk)
    if held is not None and held.kind != Kind.SSTP and not six:
        return None
    return tunnels.hub(now, Kind.SSTP)


def by_block(router: Router) -> None:
    """The router has pasted a block that brought a tunnel; the caller saves."""
    mine = tunnels.of(router.pk)
    if mine is None or mine.kind != Kind.SSTP:
        raise SPENT
    router.path, router.address = Router.Path.TUNNEL, mine.address


def certificate(router: Router, *, caller: str, now: datetime) -> str:
    """The hub's own certificate for the router that enrols, as PEM."""
    mine = of(router)
    if (
        router.state != Router.State.FETCHED
        or router.caller != caller
        or mine is None
        or mine.kind != Kind.SSTP
    ):
        raise SPENT
    hub = tunnels.hub(now, Kind.SSTP)
    if hub is None:
        raise _NO_HUB
    return hub.certificate


def without(*, six: bool) -> tuple[str, ...]:
    """Script lines for a router that is reached directly: nothing stays open to the hub alone."""
    return tuple(script_tunnel.without(tunnels.hub_address(), six=six)) if is_configured() else ()


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
    told = mine is not None and (mine.kind == Kind.SSTP or bool(mine.public_key))
    if router.path == Router.Path.TUNNEL and not told:
        raise Refusal("bad_report", "The router has not told its WireGuard key.")


def offered(now: datetime, *, six: bool) -> str:
    """The kind of tunnel that the next command would bring; empty for none."""
    return _open(now, six=six)[0]


def why_none(router: Router, *, six: bool, now: datetime) -> str:
    """Why a router that could have a tunnel is, or will be, reached directly; empty where there is nothing to say."""
    if (router.path == Router.Path.TUNNEL and router.fetched_at) or offered(now, six=six):
        return ""
    return ("" if six else tunnels.trouble(now)) or tunnels.trouble(now, Kind.SSTP)


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


def not_up(kind: str) -> str:
    """The fix when the hub never heard of the router."""
    host, port = settings.TUNNEL_ENDPOINT
    if kind == Kind.SSTP:
        return script_sstp.NOT_UP.format(host=host, port=settings.SSTP_PORT)
    return script_tunnel.NO_HANDSHAKE.format(host=host, port=port)


def health(tunnel: Allotment, *, now: datetime) -> Health:
    """What to show of a tunnel: up, on its way, or why it is not and what to do."""
    trouble, sstp = tunnels.trouble(now, tunnel.kind), tunnel.kind == Kind.SSTP
    if trouble:
        return Health("bad", f"Nothing is known of the tunnel: {trouble}.")
    if tunnel.keyed_at is None:
        return Health("now", "Waiting for the key that the router makes.")
    if tunnel.handshake_at is None:
        if now - tunnel.keyed_at > PATIENCE:
            return Health("bad", not_up(tunnel.kind))
        first = "Waiting for the router to dial in." if sstp else "Waiting for the first handshake."
        return Health("now", first)
    age = max(now - tunnel.handshake_at, timedelta())
    if tunnel.is_up:
        return Health("ok", "", age)
    last = "It was last heard" if sstp else "Its last handshake came"
    return Health("bad", f"{last} from {tunnel.endpoint}. {not_up(tunnel.kind)}", age)
