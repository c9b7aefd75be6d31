"""Who may speak RadSec to us: certificates of routers, made and revoked here; a lost one cannot be shown again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction

from kmikro.lib.secrets import purpose_key
from tenants import certificates, scope
from tenants.certificates import Signed
from tenants.models import Authority, Isp, RadsecClient
from tenants.routes import own_schema

NAME = "K-Mikro RadSec authority"


@dataclass(frozen=True, slots=True)
class Bundle:
    """What goes onto one router, all PEM: its certificate, its key, and the root that signs our end."""

    certificate: str
    key: str = field(repr=False)
    root: str
    serial: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Client:
    """A router that a certificate stands for."""

    schema: str
    router_id: int
    zone: str  # the ISP's
    language: str = "en"  # the ISP's
    is_suspended: bool = False  # the ISP is


def issue(router_id: int, *, now: datetime) -> Bundle:
    """A new certificate for a router of this tenant. Older ones stay good, so that nothing is cut off: revoke them."""
    schema, name = own_schema(), name_in_it(router_id)
    with scope.outside():
        signer = root(now)
        made = certificates.make_client(signer, name=name, urn=f"urn:kmikro:{schema}:{router_id}", now=now)
        RadsecClient.objects.create(
            schema=schema,
            router_id=router_id,
            serial=made.serial,
            fingerprint=made.fingerprint,
            made_at=now,
            ends_at=made.ends_at,
        )
    return Bundle(made.certificate, made.key, signer.certificate, made.serial, made.ends_at)


def revoke(router_id: int, *, now: datetime, but: str = "") -> int:
    """Let the router's certificates, but the one with that serial, open nothing from now on; gives how many."""
    schema = own_schema()
    with scope.outside():
        held = RadsecClient.objects.filter(schema=schema, router_id=router_id, revoked_at=None)
        return held.exclude(serial=but).update(revoked_at=now)


@dataclass(frozen=True, slots=True)
class Held:
    """A certificate that a router was given, without its key; number counts the router's from 1."""

    id: int
    number: int
    serial: str
    fingerprint: str
    made_at: datetime
    ends_at: datetime
    revoked_at: datetime | None


def name_in_it(router_id: int) -> str:
    """The common name in the certificates of a router of this tenant."""
    return f"router-{router_id}.{own_schema()}"


def held(router_id: int) -> list[Held]:
    """Every certificate that a router of this tenant was given, oldest first."""
    schema = own_schema()
    with scope.outside():
        rows = list(RadsecClient.objects.filter(schema=schema, router_id=router_id).order_by("pk"))
    return [
        Held(each.pk, number, each.serial, each.fingerprint, each.made_at, each.ends_at, each.revoked_at)
        for number, each in enumerate(rows, 1)
    ]


def revoke_one(router_id: int, certificate_id: int, *, now: datetime) -> bool:
    """Let one certificate open nothing from now on; False when it opens nothing already."""
    schema = own_schema()
    with scope.outside():
        kept = RadsecClient.objects.filter(
            schema=schema, router_id=router_id, pk=certificate_id, revoked_at=None
        )
        return bool(kept.update(revoked_at=now))


def server(names: Sequence[str], *, now: datetime) -> tuple[Signed, str]:
    """A certificate for our own end, not kept anywhere, and the root's PEM (outside any tenant)."""
    with transaction.atomic():
        signer = root(now)
    return certificates.make_server(signer, names=names, now=now), signer.certificate


def clients(*, now: datetime) -> dict[str, Client]:
    """Fingerprint → router, for certificates that are neither revoked nor over (outside any tenant)."""
    active = Isp.objects.filter(state=Isp.State.ACTIVE)
    isps = {
        schema: (zone, language, suspended_at is not None)
        for schema, zone, language, suspended_at in active.values_list(
            "schema_name", "time_zone", "language", "suspended_at"
        )
    }
    held = RadsecClient.objects.filter(revoked_at=None, ends_at__gt=now, schema__in=isps)
    return {
        each.fingerprint: Client(each.schema, each.router_id, *isps[each.schema]) for each in held.iterator()
    }


def probe(*, now: datetime) -> tuple[Signed, str]:
    """The certificate of our own health check, the same in every process, and the root's PEM (outside any tenant)."""
    with transaction.atomic():
        signer = root(now)
    return certificates.make_probe(signer, purpose_key("radsec health probe")), signer.certificate


def root(now: datetime) -> Signed:
    """The platform's root with its key (outside any tenant), made when first asked for; two that make it at once keep one."""
    kept = Authority.objects.filter(number=Authority.ONLY).first()
    if kept is None:
        made = certificates.make_root(NAME, now=now)
        try:
            with transaction.atomic():
                Authority.objects.create(
                    number=Authority.ONLY, certificate=made.certificate, key=made.key, made_at=now
                )
        except IntegrityError:
            kept = Authority.objects.get(number=Authority.ONLY)
        else:
            return made
    return Signed(kept.certificate, kept.key, "", "", kept.made_at + certificates.ROOT_LIFE)
