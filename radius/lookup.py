"""Services with all that policy needs of them, read from the database inside their tenant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.models import QuerySet

from kmikro.lib import codes, macs, mschap
from kmikro.lib.secrets import purpose_key
from kmikro.lib.timetable import windows_of
from radius.case import ROUTER_LOGIN
from radius.database import Patience, is_busy
from radius.gather import Places, beside, instead, next_of, used_of
from radius.known import Facts, Live, PlanFacts
from radius.packing import Found
from radius.ports import Busy, Unavailable
from radius.router_accounts import account_digest, login_of
from radius.terms import Addresses, Fallback, extras
from subscribers.models import Plan, Service
from subscribers.speeds import speeds_of
from subscribers.stages import stages_of
from tenants import scope

INTERIM_SECONDS, INTERIM_JITTER = 60, 6
_SAID = (
    *("burst_download_bps", "burst_upload_bps", "burst_threshold_download_bps", "burst_threshold_upload_bps"),
    *("burst_seconds", "priority", "guaranteed_download_bps", "guaranteed_upload_bps"),
    *("address_list", "pool"),
)
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
    *("seconds_used", "upload_bytes", "download_bytes", "grace_seconds", "bound_mac", "sites", "routers"),
    *("framed_ip", "framed_ipv6_prefix", "delegated_ipv6_prefix", "subscriber__language"),
)
_SECRET: Any = Service._meta.get_field("secret")
# By hand, since an `IN` of a thousand numbers costs Django more than reading what they bring.
_SESSIONS = """
    SELECT service_id, ended_at IS NOT NULL, acct_session_id, mac, router_id, started_at FROM radius_session
    WHERE service_id = ANY(%s) AND (ended_at IS NULL OR ended_at > %s) ORDER BY started_at
"""


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
            return _known(Service.objects.filter(lookup__in=changed), at), _plans(plans, Places())
    except (DatabaseError, InterfaceError) as error:
        _was_dead()
        raise Unavailable(str(error)) from error


def house(schema: str, patience: Patience) -> dict[str, Fallback]:
    """What an ISP gives instead of refusals, by reason. Raises Unavailable when the database does not answer."""
    if not scope.SCHEMA_NAME.match(schema):
        return {}
    try:
        connection.ensure_connection()
        with patience.over(connection.connection, _PATIENCE), scope.inside(schema):
            return instead()
    except (DatabaseError, InterfaceError) as error:
        _was_dead()
        raise Unavailable(str(error)) from error


def facts_of(services: Collection[int], at: float) -> dict[int, Facts]:
    """What policy would know of services (ids) at a time (unix seconds); call inside the tenant."""
    known = _known(Service.objects.filter(pk__in=services), at)
    return {each.facts.service_id: each.facts for each in known}


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
        if username.startswith(ROUTER_LOGIN):
            account = login_of(schema, username)
            return None if account is None else Found(account, account_digest(schema, username))
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
    places = Places()
    plans = {each.plan_id: each for each in _plans({each.plan_id for each in services}, places)}
    used = used_of([each.id for each in services if plans[each.plan_id].counts], at)
    live, ended = defaultdict[int, list[Live]](list), defaultdict[int, list[Live]](list)
    listed, arranged = beside(ids, at)
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS, [ids, datetime.fromtimestamp(at, UTC) - RECENT])
        for service_id, has_ended, session_id, mac, router_id, started_at in cursor:
            kept = ended if has_ended else live
            kept[service_id].append(Live(session_id, mac, router_id, started_at.timestamp()))
    return [
        Found(
            _facts(
                each,
                plans[each.plan_id],
                tuple(live[each.id][:MOST_LIVE]),
                used.get(each.id, ()),
                listed[each.id],
                tuple(sorted(arranged.get(each.id, ()))),
                places,
            ),
            each.lookup,
            tuple(ended[each.id][:MOST_LIVE]),
            tuple(listed[each.id]),
        )
        for each in services
    ]


def _plans(ids: Collection[int], places: Places) -> list[PlanFacts]:
    if not ids:
        return []
    plans = Plan.objects.filter(pk__in=ids).select_related("end_plan", "quota_plan")
    return [plan_facts(each, places) for each in plans]


def _seconds(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def plan_facts(plan: Plan, places: Places) -> PlanFacts:
    """What policy knows of a plan."""
    return PlanFacts(
        plan_id=plan.pk,
        name=plan.name,
        devices=plan.devices,
        download_bps=plan.download_bps,
        upload_bps=plan.upload_bps,
        validity=plan.validity if plan.validity_begins == Plan.Begins.FIRST_USE else None,
        time_limit_seconds=plan.time_limit_seconds,
        data_limit_bytes=plan.data_limit_bytes,
        interim_seconds=INTERIM_SECONDS,
        interim_jitter=INTERIM_JITTER,
        grace_seconds=plan.grace_seconds,
        upload_limit_bytes=plan.upload_limit_bytes,
        download_limit_bytes=plan.download_limit_bytes,
        daily_data_bytes=plan.daily_data_bytes,
        daily_seconds=plan.daily_seconds,
        windows=windows_of(plan.windows) if plan.windows else (),
        stages=stages_of(plan.stages) if plan.stages else (),
        speeds=speeds_of(plan.speeds) if plan.speeds else (),
        free=windows_of(plan.free_windows) if plan.free_windows else (),
        lock=plan.lock,
        sites=places.routers(plan),
        extras=extras(**{name: getattr(plan, name) for name in _SAID}, idle_seconds=plan.idle_seconds or 0),
        instead=next_of(plan),
    )


def _facts(
    service: Any,
    plan: PlanFacts,
    live: tuple[Live, ...],
    used: tuple[float, ...],
    listed: Sequence[str],
    arranged: tuple[tuple[float | str, ...], ...],
    places: Places,
) -> Facts:
    """Of a row with _COLUMNS. Nothing of the plan may be worked into the other fields: they outlive its change.

    But usage is read only where the plan counts it: a plan that begins to is told as news of its services.
    """
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
        sites=places.routers(service),
        grace_seconds=service.grace_seconds,
        upload_used=service.upload_bytes,
        used=used,
        bound_mac=service.bound_mac,
        macs=frozenset(listed) if plan.lock == Plan.Lock.LIST else frozenset(),
        language=service.subscriber__language or "",
        addresses=_addresses(service),
        arranged=arranged,
    )


def _addresses(service: Any) -> Addresses:
    own = (service.framed_ip, service.framed_ipv6_prefix, service.delegated_ipv6_prefix)
    return tuple(str(each or "") for each in own) if any(own) else ()
