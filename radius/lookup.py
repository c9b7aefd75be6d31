"""Services with all that policy needs of them, read from the database inside their tenant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.models import QuerySet

from kmikro.lib import codes, macs
from kmikro.lib.secrets import purpose_key
from radius import mschap
from radius.database import Patience, is_busy
from radius.known import Facts, Live, PlanFacts
from radius.packing import Found
from radius.ports import Busy, Unavailable
from subscribers.models import Plan, Service
from tenants import scope

INTERIM_SECONDS = 60
RECENT = timedelta(seconds=60)
MOST_LIVE = 64  # sessions of one service that are looked at
_PATIENCE = 1.2
# What `_facts` reads of a service.
_COLUMNS = (
    *(
        "id",
        "lookup",
        "label",
        "kind",
        "secret",
        "status",
        "access",
        "plan_id",
        "first_used_at",
        "expires_at",
    ),
    *("seconds_used", "upload_bytes", "download_bytes"),
)
_SECRET: Any = Service._meta.get_field("secret")
# By hand, since an `IN` of a thousand numbers costs Django more than reading what they bring.
_SESSIONS = """
    SELECT service_id, ended_at IS NOT NULL, acct_session_id, mac, router_id, started_at FROM radius_session
    WHERE service_id = ANY(%s) AND (ended_at IS NULL OR ended_at > %s) ORDER BY started_at
"""
_DEVICES = "SELECT service_id, mac FROM subscribers_device WHERE service_id = ANY(%s)"


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

    `Busy` says that this ISP's tables do not, because of a lock or too much work. A connection that died while nobody used it is opened anew once.
    """
    if not scope.SCHEMA_NAME.match(schema):
        return None
    try:
        return _find(schema, username, at, patience)
    except (OperationalError, InterfaceError) as error:
        if not _was_dead():
            raise (Busy if is_busy(error) else Unavailable)(str(error)) from error
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
            return _known(services.order_by("-pk")[:count], at)
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
            return _known(Service.objects.filter(lookup__in=changed), at), _plans(plans)
    except (DatabaseError, InterfaceError) as error:
        _was_dead()
        raise Unavailable(str(error)) from error


def facts_of(service: Service) -> Facts:
    """What policy would know of a service now; call inside the tenant."""
    return _known(Service.objects.filter(pk=service.pk), datetime.now(UTC).timestamp())[0].facts


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
        found = _known(Service.objects.filter(lookup__in=digests), at)
        if found:
            return min(found, key=lambda each: digests.index(each.lookup))
        device = macs.normalise(username.decode("ascii", "replace"))
        listed = _known(Service.objects.filter(devices__mac=device), at) if device else []
        return listed[0]._replace(device=device) if listed else None


def _known(chosen: QuerySet[Service], at: float) -> list[Found]:
    """With plans, sessions and devices: as many queries for a thousand as for one."""
    services: list[Any] = list(chosen.values_list(*_COLUMNS, named=True))
    if not services:
        return []
    ids = [each.id for each in services]
    plans = {each.plan_id: each for each in _plans({each.plan_id for each in services})}
    live, ended = defaultdict[int, list[Live]](list), defaultdict[int, list[Live]](list)
    listed = defaultdict[int, list[str]](list)
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS, [ids, datetime.fromtimestamp(at, UTC) - RECENT])
        for service_id, has_ended, session_id, mac, router_id, started_at in cursor:
            kept = ended if has_ended else live
            kept[service_id].append(Live(session_id, mac, router_id, started_at.timestamp()))
        cursor.execute(_DEVICES, [ids])
        for service_id, mac in cursor:
            listed[service_id].append(mac)
    return [
        Found(
            _facts(each, plans[each.plan_id], tuple(live[each.id][:MOST_LIVE])),
            each.lookup,
            tuple(ended[each.id][:MOST_LIVE]),
            tuple(listed[each.id]),
        )
        for each in services
    ]


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


def _facts(service: Any, plan: PlanFacts, live: tuple[Live, ...]) -> Facts:
    """Of a row with _COLUMNS. Nothing of the plan may be worked into the other fields: they outlive its change."""
    secret = _SECRET.opened(service.secret, service).encode() if service.secret else None
    return Facts(
        service_id=service.id,
        label=service.label,
        kind=service.kind,
        secret=secret,
        status=service.status,
        starts_from_first_use=service.kind == Service.Kind.VOUCHER,
        first_used_at=_seconds(service.first_used_at),
        expires_at=_seconds(service.expires_at),
        time_used=service.seconds_used,
        data_used=service.upload_bytes + service.download_bytes,
        live=live,
        plan=plan,
        nt_hash=None if secret is None else mschap.nt_hash(secret),
        access=service.access,
    )
