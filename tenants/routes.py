"""How an outside thing finds its tenant; the only way tenant code writes routes in public."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from kmikro.lib.refusal import Refusal
from kmikro.lib.secrets import purpose_key
from tenants import scope
from tenants.models import EnrolmentRoute, Isp, NasRoute


@dataclass(frozen=True, slots=True)
class NasEntry:
    """One line of the RADIUS directory."""

    address: str
    schema: str
    router_id: int
    secret: bytes
    require_message_auth: bool
    coa_port: int


def _own() -> str:
    schema = scope.current()
    if schema is None:
        raise scope.NotInside("routes are registered from inside a tenant")
    return schema


def register_nas(
    router_id: int, *, address: str, secret: str, coa_port: int, require_message_auth: bool, now: datetime
) -> None:
    """Make packets from address belong to this tenant's router; refuses an address that another router holds."""
    schema = _own()
    digest = hmac.new(purpose_key("nas secret digest"), secret.encode(), hashlib.sha256).hexdigest()
    with scope.outside():
        holder = NasRoute.objects.filter(address=address).first()
        if holder and (holder.schema, holder.router_id) != (schema, router_id):
            raise Refusal(
                "address_taken", "Another router is registered under this address. Each router needs its own."
            )
        NasRoute.objects.update_or_create(
            schema=schema,
            router_id=router_id,
            defaults={
                "address": address,
                "secret": secret,
                "secret_digest": digest,
                "coa_port": coa_port,
                "require_message_auth": require_message_auth,
                "made_at": now,
            },
        )


def forget_router(router_id: int) -> None:
    """Drop every route of a router of this tenant."""
    schema = _own()
    with scope.outside():
        NasRoute.objects.filter(schema=schema, router_id=router_id).delete()
        EnrolmentRoute.objects.filter(schema=schema, router_id=router_id).delete()


def host_of(schema: str) -> str:
    """The host name of a tenant (read outside any tenant)."""
    isp = Isp.objects.only("slug").get(schema_name=schema)
    return f"{isp.slug}.{settings.BASE_DOMAIN}"


def _entry(route: NasRoute) -> NasEntry:
    return NasEntry(
        route.address,
        route.schema,
        route.router_id,
        route.secret.encode(),
        route.require_message_auth,
        route.coa_port,
    )


def nas_directory() -> dict[str, NasEntry]:
    """All NAS routes by source address (read outside any tenant)."""
    return {route.address: _entry(route) for route in NasRoute.objects.all()}


def nas_of(schema: str, router_id: int) -> NasEntry | None:
    """The route of one router (read outside any tenant)."""
    found = NasRoute.objects.filter(schema=schema, router_id=router_id).first()
    return _entry(found) if found else None


def register_enrolment(router_id: int, *, token: str, expires_at: datetime) -> None:
    """Replace the router's enrolment token."""
    schema = _own()
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
