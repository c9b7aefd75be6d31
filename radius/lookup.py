"""One service with all that policy needs, read from the database inside its tenant."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from kmikro.lib import codes, macs
from kmikro.lib.secrets import purpose_key
from radius import mschap
from radius.database import Patience
from radius.known import Facts, Live, PlanFacts
from radius.models import Session
from radius.ports import Unavailable
from subscribers.models import Device, Plan, Service
from tenants import scope

INTERIM_SECONDS = 60
RECENT = timedelta(seconds=60)
_PATIENCE = 1.2


@dataclass(frozen=True, slots=True)
class Found:
    """Facts, the digest under which a change of them is told, and sessions that ended a moment ago."""

    facts: Facts
    lookup: str
    ended: tuple[Live, ...]


def lookups(schema: str, username: bytes) -> list[str]:
    """The digests a name may be stored under: exact (accounts) and as a code is normalised (vouchers)."""
    name, key = username.decode("utf-8", "surrogateescape"), purpose_key("service lookup")
    names = dict.fromkeys((name, codes.normalise(name)))
    return [codes.lookup_digest(key, schema, each) for each in names if each]


def find(schema: str, username: bytes, at: float, patience: Patience) -> Found | None:
    """The service of a name, None when there is none. Raises Unavailable when the database does not answer.

    A connection that died while nobody used it is opened anew once.
    """
    if not scope.SCHEMA_NAME.match(schema):
        return None
    try:
        return _find(schema, username, at, patience)
    except (OperationalError, InterfaceError) as error:
        if not _was_dead():
            raise Unavailable(str(error)) from error
    try:
        return _find(schema, username, at, patience)
    except DatabaseError as error:
        _was_dead()
        raise Unavailable(str(error)) from error


def page(schema: str, before: int | None, count: int, at: float, patience: Patience) -> list[Found]:
    """The next services of an ISP that may let somebody in, newest first, those below the id `before`."""
    if not scope.SCHEMA_NAME.match(schema):
        return []
    try:
        return _page(schema, before, count, at, patience)
    except (DatabaseError, InterfaceError) as error:
        _was_dead()
        raise Unavailable(str(error)) from error


def _page(schema: str, before: int | None, count: int, at: float, patience: Patience) -> list[Found]:
    connection.ensure_connection()
    with patience.over(connection.connection, _PATIENCE), scope.inside(schema):
        services = Service.objects.select_related("plan").filter(status=Service.Status.ACTIVE)
        if before is not None:
            services = services.filter(pk__lt=before)
        chosen = list(services.order_by("-pk")[:count])
        sessions = Session.objects.filter(service__in=[each.pk for each in chosen]).order_by("started_at")
        live, ended = defaultdict[int | None, list[Live]](list), defaultdict[int | None, list[Live]](list)
        for each in sessions.filter(ended_at=None):
            live[each.service_id].append(_live(each))
        for each in sessions.filter(ended_at__gt=datetime.fromtimestamp(at, UTC) - RECENT):
            ended[each.service_id].append(_live(each))
        return [
            Found(_facts(each, tuple(live[each.pk][:64])), each.lookup, tuple(ended[each.pk][:64]))
            for each in chosen
        ]


def facts_of(service: Service) -> Facts:
    """What policy would know of a service now; call inside the tenant."""
    sessions = Session.objects.filter(service=service, ended_at=None).order_by("started_at")[:64]
    return _facts(service, tuple(map(_live, sessions)))


def _was_dead() -> bool:
    """Put away a broken connection, so that the next try opens a new one."""
    line = connection.connection
    if line is not None and not line.closed:
        return False
    if not connection.in_atomic_block:
        connection.close()
    return line is not None


def _find(schema: str, username: bytes, at: float, patience: Patience) -> Found | None:
    connection.ensure_connection()
    now = datetime.fromtimestamp(at, UTC)
    with patience.over(connection.connection, _PATIENCE), scope.inside(schema):
        digests = lookups(schema, username)
        services = Service.objects.select_related("plan").filter(lookup__in=digests)
        service = min(services, key=lambda each: digests.index(each.lookup), default=None)
        device = ""
        if service is None and (device := macs.normalise(username.decode("ascii", "replace"))):
            known = Device.objects.select_related("service__plan").filter(mac=device).first()
            service = known.service if known else None
        if service is None:
            return None
        sessions = list(
            Session.objects.filter(service=service, ended_at=None).order_by("started_at")[:64]
        ) + list(Session.objects.filter(service=service, ended_at__gt=now - RECENT)[:64])
        live = tuple(_live(each) for each in sessions if each.ended_at is None)
        ended = tuple(_live(each) for each in sessions if each.ended_at is not None)
        facts = _facts(service, live, device)
    if (
        facts.secret is not None
    ):  # one at a time here; whom `page` foresees gets theirs when they come by MS-CHAP
        facts = replace(facts, nt_hash=mschap.nt_hash(facts.secret))
    return Found(facts, service.lookup, ended)


def _live(session: Session) -> Live:
    return Live(session.acct_session_id, session.mac, session.router_id, session.started_at.timestamp())


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def plan_facts(plan: Plan) -> PlanFacts:
    """What policy knows of a plan."""
    return PlanFacts(
        plan_id=plan.pk,
        name=plan.name,
        devices=plan.devices,
        download_bps=plan.download_bps,
        upload_bps=plan.upload_bps,
        time_limit_seconds=plan.time_limit_seconds,
        data_limit_bytes=plan.data_limit_bytes,
        interim_seconds=INTERIM_SECONDS,
    )


def _facts(service: Service, live: tuple[Live, ...], device: str = "") -> Facts:
    """A voucher's clock starts at its first Accept and is then its expires_at; an account has only that."""
    plan, prepaid = service.plan, service.kind == Service.Kind.VOUCHER
    secret = service.secret.encode() if service.secret and not device else None
    return Facts(
        service_id=service.pk,
        label=service.label,
        kind=service.kind,
        secret=secret,
        status=service.status,
        starts_from_first_use=prepaid,
        first_used_at=_seconds(service.first_used_at),
        validity_seconds=plan.validity_seconds if prepaid and service.first_used_at is None else None,
        expires_at=_seconds(service.expires_at),
        time_used=service.seconds_used,
        data_used=service.bytes_used,
        live=live,
        plan=plan_facts(plan),
        access=service.access,
        device=device,
    )
