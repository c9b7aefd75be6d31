"""Services with all that policy needs of them, read from the database inside their tenant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.models import QuerySet

from kmikro.lib import codes, macs
from kmikro.lib.secrets import purpose_key
from radius import mschap
from radius.database import Patience
from radius.known import Facts, Live, PlanFacts
from radius.models import Session
from radius.packing import Found
from radius.ports import Unavailable
from subscribers.models import Device, Plan, Service
from tenants import scope

INTERIM_SECONDS = 60
RECENT = timedelta(seconds=60)
MOST_LIVE = 64  # sessions of one service that are looked at
_PATIENCE = 1.2


def exactly(schema: str, username: bytes) -> bytes:
    """What an account of exactly this name is stored under."""
    name = username.decode("utf-8", "surrogateescape")
    return codes.lookup_octets(purpose_key("service lookup"), schema, name)


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
        connection.ensure_connection()
        with patience.over(connection.connection, _PATIENCE), scope.inside(schema):
            services = Service.objects.filter(status=Service.Status.ACTIVE)
            if before is not None:
                services = services.filter(pk__lt=before)
            return _known(list(services.order_by("-pk")[:count]), at)
    except (DatabaseError, InterfaceError) as error:
        _was_dead()
        raise Unavailable(str(error)) from error


def again(
    schema: str, changed: Collection[str], plans: Collection[int], at: float, patience: Patience
) -> tuple[list[Found], list[PlanFacts]]:
    """Services by their digests, whatever state they are in, and plans by their ids."""
    try:
        connection.ensure_connection()
        with patience.over(connection.connection, _PATIENCE), scope.inside(schema):
            services = list(Service.objects.filter(lookup__in=changed)) if changed else []
            return _known(services, at), _plans(plans)
    except (DatabaseError, InterfaceError) as error:
        _was_dead()
        raise Unavailable(str(error)) from error


def facts_of(service: Service) -> Facts:
    """What policy would know of a service now; call inside the tenant."""
    return _known([service], datetime.now(UTC).timestamp())[0].facts


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
    with patience.over(connection.connection, _PATIENCE), scope.inside(schema):
        digests = lookups(schema, username)
        services = Service.objects.filter(lookup__in=digests)
        service = min(services, key=lambda each: digests.index(each.lookup), default=None)
        device = ""
        if service is None and (device := macs.normalise(username.decode("ascii", "replace"))):
            known = Device.objects.select_related("service").filter(mac=device).first()
            service = known.service if known else None
        return None if service is None else _known([service], at)[0]._replace(device=device)


def _known(services: Sequence[Service], at: float) -> list[Found]:
    """With plans, sessions and devices: as many queries for a thousand as for one."""
    ids = [each.pk for each in services]
    if not ids:
        return []
    plans = {each.plan_id: each for each in _plans({each.plan_id for each in services})}
    sessions = Session.objects.filter(service__in=ids).order_by("started_at")
    live = _by_service(sessions.filter(ended_at=None))
    ended = _by_service(sessions.filter(ended_at__gt=datetime.fromtimestamp(at, UTC) - RECENT))
    listed = defaultdict[int, list[str]](list)
    for service_id, mac in Device.objects.filter(service__in=ids).values_list("service_id", "mac"):
        listed[service_id].append(mac)
    return [
        Found(
            _facts(each, plans[each.plan_id], tuple(live[each.pk][:MOST_LIVE])),
            each.lookup,
            tuple(ended[each.pk][:MOST_LIVE]),
            tuple(listed[each.pk]),
        )
        for each in services
    ]


def _by_service(sessions: QuerySet[Session]) -> defaultdict[int | None, list[Live]]:
    found = defaultdict[int | None, list[Live]](list)
    for service_id, session_id, mac, router_id, started_at in sessions.values_list(
        "service_id", "acct_session_id", "mac", "router_id", "started_at"
    ):
        found[service_id].append(Live(session_id, mac, router_id, started_at.timestamp()))
    return found


def _plans(ids: Collection[int]) -> list[PlanFacts]:
    return [plan_facts(each) for each in Plan.objects.filter(pk__in=ids)] if ids else []


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
        validity_seconds=plan.validity_seconds,
        time_limit_seconds=plan.time_limit_seconds,
        data_limit_bytes=plan.data_limit_bytes,
        interim_seconds=INTERIM_SECONDS,
    )


def _facts(service: Service, plan: PlanFacts, live: tuple[Live, ...]) -> Facts:
    """Nothing of the plan may be worked into the other fields: they are remembered when the plan changes."""
    secret = service.secret.encode() if service.secret else None
    return Facts(
        service_id=service.pk,
        label=service.label,
        kind=service.kind,
        secret=secret,
        status=service.status,
        starts_from_first_use=service.kind == Service.Kind.VOUCHER,
        first_used_at=_seconds(service.first_used_at),
        expires_at=_seconds(service.expires_at),
        time_used=service.seconds_used,
        data_used=service.bytes_used,
        live=live,
        plan=plan,
        nt_hash=None if secret is None else mschap.nt_hash(secret),
        access=service.access,
    )
