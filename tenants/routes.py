"""How an outside thing finds its tenant; the only way tenant code writes routes in public."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from kmikro.lib.refusal import Refusal
from kmikro.lib.secrets import purpose_key
from tenants import scope
from tenants.models import EnrolmentRoute, Isp, NasRoute, RadsecClient, SecretMismatch, TraceRoute

EXCEPTION = timedelta(days=30)
SHORTEST_SECRET = 16  # octets, RFC 2865, section 3; ours have 26 letters and digits


@dataclass(frozen=True, slots=True)
class NasEntry:
    """One line of the RADIUS directory."""

    address: str
    schema: str
    router_id: int
    secret: bytes = field(repr=False)
    require_message_auth: bool
    coa_port: int
    exception_until: datetime | None = None  # unsigned requests are accepted until then
    previous_secret: bytes | None = field(default=None, repr=False)
    previous_until: datetime | None = None
    allow_mschap1: bool = False
    mac_auth_password: bytes = field(default=b"", repr=False)
    allow_eap: bool = False
    admit_unknown: bool = False


def own_schema() -> str:
    """The tenant that this work is for; refuses work outside any."""
    schema = scope.current()
    if schema is None:
        raise scope.NotInside("routes are registered from inside a tenant")
    return schema


def register_nas(
    router_id: int, *, address: str, secret: str, coa_port: int, require_message_auth: bool, now: datetime
) -> None:
    """Make packets from address belong to this tenant's router.

    Where another router holds the address this one gets a port of its own to ask at, or keeps the one that it has;
    without a free port of KMIKRO_RADIUS_EXTRA_PORTS it is refused.
    """
    schema = own_schema()
    _demand_strong(secret)
    with scope.outside():
        with connection.cursor() as cursor:  # two that come under one address at once see each other
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"nas route {address}"])
        holder = NasRoute.objects.filter(schema=schema, router_id=router_id).first()
        others = NasRoute.objects.filter(address=address).exclude(schema=schema, router_id=router_id)
        taken = set(others.values_list("listen_port", flat=True))
        listen_port = _port_beside(taken, holder.listen_port if holder else None)
        until = holder.exception_until if holder and holder.address == address else None
        NasRoute.objects.update_or_create(
            schema=schema,
            router_id=router_id,
            defaults={
                "address": address,
                "listen_port": listen_port,
                "secret": secret,
                "secret_digest": _digest(secret),
                "coa_port": coa_port,
                "require_message_auth": require_message_auth,
                "exception_until": None if require_message_auth else until or now + EXCEPTION,
                "made_at": now,
            },
        )


def _port_beside(taken: set[int | None], present: int | None) -> int | None:
    """The port at which a router asks when others of its address ask at those; None: the port of everybody."""
    if present not in taken:
        return present
    free = next((each for each in settings.RADIUS_EXTRA_PORTS if each not in taken), None)
    if free is None:
        raise Refusal(
            "address_taken", "Another router is registered under this address. Each router needs its own."
        )
    return free


def port_of(router_id: int) -> int | None:
    """The port of ours at which this tenant's router asks, when it has one of its own."""
    if not settings.RADIUS_EXTRA_PORTS:  # then none is open
        return None
    schema = own_schema()
    with scope.outside():
        ports = NasRoute.objects.values_list("listen_port", flat=True)
        return ports.filter(schema=schema, router_id=router_id).first()


def rotate_secret(router_id: int, *, secret: str, overlap: timedelta, now: datetime) -> None:
    """Make secret the router's; for the time of overlap the one before it is good too.

    Refuses while an earlier overlap lasts: the router may still use the secret that would be dropped then.
    """
    schema = own_schema()
    _demand_strong(secret)
    with scope.outside():
        route = NasRoute.objects.select_for_update().filter(schema=schema, router_id=router_id).first()
        if route is None:
            raise Refusal(
                "not_registered", "RADIUS does not know this router yet. Finish setting it up first."
            )
        if route.previous_until is not None and route.previous_until > now:
            raise Refusal(
                "rotation_running",
                "The secret was changed a short while ago and the old one is still good. Try again later.",
            )
        route.previous_secret, route.previous_until = route.secret, now + overlap
        route.secret, route.secret_digest = secret, _digest(secret)
        route.save(update_fields=["previous_secret", "previous_until", "secret", "secret_digest"])


def unsigned_until(router_id: int) -> datetime | None:
    """Until when unsigned requests of this tenant's router are accepted; None when they are not."""
    schema = own_schema()
    with scope.outside():
        route = NasRoute.objects.filter(schema=schema, router_id=router_id).first()
    return route.exception_until if route else None


def extend_exception(router_id: int, *, now: datetime) -> datetime:
    """Accept unsigned requests of a router that cannot sign for another while (decision: never without an end)."""
    schema = own_schema()
    until = now + EXCEPTION
    with scope.outside():
        kept = NasRoute.objects.filter(schema=schema, router_id=router_id, require_message_auth=False)
        if not kept.update(exception_until=until):
            raise Refusal(
                "signs", "This router signs its requests; there is nothing to make an exception for."
            )
    return until


@dataclass(frozen=True, slots=True)
class Mismatches:
    """How often a router's packets were signed with another secret, of late."""

    count: int
    first_at: datetime
    last_at: datetime


def mismatches(router_id: int, *, since: datetime) -> Mismatches | None:
    """What RADIUS saw of this tenant's router with a wrong secret, when the last of it is newer than since."""
    schema = own_schema()
    with scope.outside():
        seen = SecretMismatch.objects.filter(schema=schema, router_id=router_id, last_at__gt=since).first()
    return Mismatches(seen.count, seen.first_at, seen.last_at) if seen else None


def _demand_strong(secret: str) -> None:
    if len(secret.encode()) < SHORTEST_SECRET:
        raise Refusal(
            "weak_secret",
            f"A RADIUS secret has at least {SHORTEST_SECRET} characters: shorter ones are guessed from one packet.",
        )


def _digest(secret: str) -> str:
    """What tells that two routers would share a secret, without telling the secret."""
    return hmac.new(purpose_key("nas secret digest"), secret.encode(), hashlib.sha256).hexdigest()


def settle_sign_in(
    router_id: int,
    *,
    allow_mschap1: bool,
    mac_auth_password: str,
    allow_eap: bool = False,
    admit_unknown: bool = False,
) -> None:
    """Say which ways to sign in this tenant's router may use, and the password its hotspot sends for a MAC.

    `allow_eap` is Wi-Fi with 802.1X: EAP-TTLS and PEAP. `admit_unknown` lets people nobody knows into the walled
    garden, where there is one for them.
    """
    schema = own_schema()
    with scope.outside():
        for route in NasRoute.objects.filter(schema=schema, router_id=router_id):
            route.allow_mschap1, route.mac_auth_password = allow_mschap1, mac_auth_password
            route.allow_eap, route.admit_unknown = allow_eap, admit_unknown
            route.save(update_fields=["allow_mschap1", "mac_auth_password", "allow_eap", "admit_unknown"])


def zone_name(schema: str) -> str:
    """The time zone of a tenant; UTC when there is no such tenant."""
    with scope.outside():
        found = Isp.objects.filter(schema_name=schema).values_list("time_zone", flat=True).first()
    return found or "UTC"


def forget_router(router_id: int) -> None:
    """Drop every route of a router of this tenant, its certificates too."""
    schema = own_schema()
    with scope.outside():
        for kept in (NasRoute, EnrolmentRoute, RadsecClient, SecretMismatch):
            kept.objects.filter(schema=schema, router_id=router_id).delete()


def open_trace(trace_id: int, *, until: datetime) -> None:
    """Tell RADIUS that a packet trace of this tenant runs."""
    schema = own_schema()
    with scope.outside():
        TraceRoute.objects.update_or_create(schema=schema, trace_id=trace_id, defaults={"until": until})


def close_trace(trace_id: int) -> None:
    """Tell RADIUS that a packet trace of this tenant has ended."""
    schema = own_schema()
    with scope.outside():
        TraceRoute.objects.filter(schema=schema, trace_id=trace_id).delete()


def close_traces(now: datetime) -> None:
    """Drop the routes of this tenant's traces whose time is over."""
    schema = own_schema()
    with scope.outside():
        TraceRoute.objects.filter(schema=schema, until__lte=now).delete()


def open_traces(now: datetime) -> dict[str, list[int]]:
    """Schema → traces that run (read outside any tenant)."""
    found: dict[str, list[int]] = {}
    active = Isp.objects.filter(state=Isp.State.ACTIVE).values("schema_name")
    rows = TraceRoute.objects.filter(until__gt=now, schema__in=active)
    for schema, trace_id in rows.values_list("schema", "trace_id"):
        found.setdefault(schema, []).append(trace_id)
    return found


def host_of(schema: str) -> str:
    """The host name of a tenant (read outside any tenant)."""
    return f"{Isp.objects.only('slug').get(schema_name=schema).slug}.{settings.BASE_DOMAIN}"


def _entry(route: NasRoute) -> NasEntry:
    return NasEntry(
        route.address,
        route.schema,
        route.router_id,
        route.secret.encode(),
        route.require_message_auth,
        route.coa_port,
        route.exception_until,
        route.previous_secret.encode() or None,
        route.previous_until,
        route.allow_mschap1,
        route.mac_auth_password.encode(),
        route.allow_eap,
        route.admit_unknown,
    )


def nas_directory() -> dict[str, NasEntry]:
    """NAS routes that ask at the port of everybody, by source address (read outside any tenant)."""
    return {route.address: _entry(route) for route in NasRoute.objects.filter(listen_port=None)}


def nas_apart() -> dict[tuple[str, int], NasEntry]:
    """NAS routes that ask at a port of their own, by source address and that port (read outside any tenant)."""
    rows = NasRoute.objects.exclude(listen_port=None)
    return {(route.address, route.listen_port): _entry(route) for route in rows if route.listen_port}


def nas_of(schema: str, router_id: int) -> NasEntry | None:
    """The route of one router (read outside any tenant)."""
    found = NasRoute.objects.filter(schema=schema, router_id=router_id).first()
    return _entry(found) if found else None


def register_enrolment(router_id: int, *, token: str, expires_at: datetime) -> None:
    """Replace the router's enrolment token."""
    schema = own_schema()
    digest = hashlib.sha256(token.encode()).hexdigest()
    with scope.outside():
        EnrolmentRoute.objects.filter(schema=schema, router_id=router_id).delete()
        EnrolmentRoute.objects.create(
            digest=digest, schema=schema, router_id=router_id, expires_at=expires_at
        )


def find_enrolment(token: str, *, schema: str, now: datetime) -> int | None:
    """The router that a token enrols, when it is this tenant's and not expired."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    with scope.outside():
        route = EnrolmentRoute.objects.filter(digest=digest, schema=schema, expires_at__gt=now).first()
    return route.router_id if route else None
