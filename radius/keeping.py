"""Folded sessions and usage to and from one ISP's tables; call inside the tenant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from kmikro.lib import macs
from radius import accounting, token
from radius.events import AccountingRecord
from radius.folding import Amount, Fold, Folded, Key, recall
from radius.lookup import lookups
from radius.models import NasRestart, Session
from radius.octets import unspell
from subscribers.models import Device, Service

_IDENTITY = ["router_id", "acct_session_id", "username", "generation"]
_CHANGED = [
    *("service_id", "mac", "framed_ip", "called", "port", "started_at", "updated_at", "heard_at", "ended_at"),
    *("end_cause", "upload_bytes", "download_bytes", "seconds", "fold", "disconnect_state"),
]
_USE_HOUR = """
    INSERT INTO subscribers_usage AS usage (service_id, hour, upload_bytes, download_bytes, seconds)
    SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[])
    ON CONFLICT (service_id, hour) DO UPDATE SET
        upload_bytes = usage.upload_bytes + excluded.upload_bytes,
        download_bytes = usage.download_bytes + excluded.download_bytes,
        seconds = usage.seconds + excluded.seconds
"""
_USE_SERVICE = """
    UPDATE subscribers_service AS service SET
        upload_bytes = service.upload_bytes + used.upload,
        download_bytes = service.download_bytes + used.download,
        seconds_used = service.seconds_used + used.seconds
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS used (id, upload, download, seconds)
    WHERE service.id = used.id
"""
_TELL = """
    SELECT pg_notify('kmikro_facts', %s || ' s ' || lookup) FROM subscribers_service WHERE id = ANY(%s)
"""
# The workers need to know what is used only of those whose plan limits it.
_TELL_USED = """
    SELECT pg_notify('kmikro_facts', current_schema() || ' s ' || service.lookup)
    FROM subscribers_service AS service JOIN subscribers_plan AS plan ON plan.id = service.plan_id
    WHERE service.id = ANY(%s) AND (plan.data_limit_bytes IS NOT NULL OR plan.time_limit_seconds IS NOT NULL)
"""
_LAST = 253_402_300_799  # 31 December 9999; a router's nonsense must not stop a batch


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(min(max(at, 0.0), _LAST), UTC)


def note_restarts(heard: Iterable[tuple[int, float]]) -> None:
    """Keep restarts (router, unix seconds), but not those that follow a kept one within a minute."""
    by_router: dict[int, list[float]] = defaultdict(list)
    for router_id, at in heard:
        by_router[router_id].append(at)
    known = restarts_of(by_router)
    new = [
        NasRestart(router_id=router_id, at=moment(at))
        for router_id, times in by_router.items()
        for at in set(accounting.thin([*known.get(router_id, ()), *times])) - set(known.get(router_id, ()))
    ]
    NasRestart.objects.bulk_create(new, ignore_conflicts=True)


def restarts_of(routers: Collection[int]) -> dict[int, list[float]]:
    """The restarts of routers, sorted and thinned."""
    found: dict[int, list[float]] = defaultdict(list)
    for router_id, at in NasRestart.objects.filter(router_id__in=routers).values_list("router_id", "at"):
        found[router_id].append(at.timestamp())
    return {router_id: accounting.thin(times) for router_id, times in found.items()}


def load(records: Sequence[AccountingRecord], restarted: Collection[int]) -> dict[Key, list[Folded]]:
    """The sessions that a batch may touch, locked: those named, those in the same places, those of restarted routers."""
    routers = {each.router_id for each in records}
    named = Q(
        router_id__in=routers,
        acct_session_id__in={each.session_id for each in records},
        username__in={each.name for each in records},
    )
    near = Q(
        ended_at=None,
        router_id__in=routers,
        username__in={each.name for each in records},
        mac__in={each.mac for each in records if each.mac},
    )
    cut = Q(router_id__in=restarted) & (Q(ended_at=None) | Q(end_cause=accounting.NAS_REBOOT))
    found: dict[Key, list[Folded]] = defaultdict(list)
    seen: set[int] = set()
    for wanted in (named, near, cut) if restarted else (named, near):  # apart, so that each finds its index
        for row in (
            Session.objects.filter(wanted).select_for_update(of=("self",)).order_by("-generation", "id")
        ):
            if row.pk not in seen:
                seen.add(row.pk)
                folded = _folded(row)
                found[folded.key].append(folded)
    return found


def _folded(row: Session) -> Folded:
    state, counted, presumed = _recall(row)
    return Folded(
        state=state,
        generation=row.generation,
        service_id=row.service_id,
        counted=counted,
        presumed=presumed,
        heard_at=(row.heard_at or row.updated_at).timestamp(),
        id=row.pk,
        was_live=row.ended_at is None,
        asked=row.disconnect_state,
    )


def _recall(row: Session) -> tuple[accounting.SessionState, Amount, str]:
    if row.fold:
        return recall(row.fold)
    # A row that no fold wrote (seeded): its columns are all there is, and they are counted already.
    state = accounting.SessionState(
        router_id=row.router_id,
        session_id=row.acct_session_id,
        username=row.username,
        started_at=row.started_at.timestamp(),
        begun_at=row.started_at.timestamp(),
        last_at=row.updated_at.timestamp(),
        stop=(row.ended_at.timestamp(), row.end_cause) if row.ended_at else None,
        upload=row.upload_bytes,
        download=row.download_bytes,
        seconds=row.seconds,
        mac=(row.updated_at.timestamp(), row.mac),
        framed_ip=(row.updated_at.timestamp(), row.framed_ip or ""),
    )
    return state, (row.upload_bytes, row.download_bytes, row.seconds), ""


def services_of(schema: str, pairs: Collection[tuple[bytes, str]]) -> dict[tuple[bytes, str], int | None]:
    """(Class, user name) → service. A Class of another ISP is quarantined: no service, whatever the name says."""
    named = {pair: token.service_of(pair[0], schema) for pair in pairs}
    known = set(
        Service.objects.filter(pk__in={each for each in named.values() if each}).values_list("pk", flat=True)
    )
    digests = {
        pair: lookups(schema, unspell(pair[1])) for pair, service in named.items() if service not in known
    }
    by_lookup = dict(
        Service.objects.filter(lookup__in={each for many in digests.values() for each in many}).values_list(
            "lookup", "pk"
        )
    )
    written = {pair: macs.normalise(pair[1]) for pair in digests}
    by_device = dict(
        Device.objects.filter(mac__in={each for each in written.values() if each}).values_list(
            "mac", "service_id"
        )
    )
    found: dict[tuple[bytes, str], int | None] = {}
    for pair, service in named.items():
        if service in known:
            found[pair] = service
        elif token.is_foreign(pair[0], schema):
            found[pair] = None
        else:
            named_so = (by_lookup[each] for each in digests[pair] if each in by_lookup)
            found[pair] = next(named_so, by_device.get(written[pair]))
    return found


def save(fold: Fold) -> set[int]:
    """Write what changed; returns the services whose set of live sessions changed."""
    moved: set[int] = set()
    rows: list[Session] = []
    for each in fold.all():
        if not each.changed:
            continue
        rows.append(_row(each))
        if each.service_id is not None and each.was_live != (each.ended_at is None):
            moved.add(each.service_id)
    Session.objects.bulk_create(
        rows, batch_size=1000, update_conflicts=True, unique_fields=_IDENTITY, update_fields=_CHANGED
    )
    return moved


def _row(folded: Folded) -> Session:
    state = folded.state
    return Session(
        router_id=state.router_id,
        acct_session_id=state.session_id,
        username=state.username,
        generation=folded.generation,
        service_id=folded.service_id,
        mac=state.mac[1],
        framed_ip=state.framed_ip[1] or None,
        called=state.called[1],
        port=state.port[1],
        started_at=moment(state.started_at),
        updated_at=moment(state.last_at),
        heard_at=moment(folded.heard_at),
        ended_at=None if folded.ended_at is None else moment(folded.ended_at),
        end_cause=folded.end_cause[:40],
        upload_bytes=state.upload,
        download_bytes=state.download,
        seconds=state.seconds,
        fold=folded.memo(),
        disconnect_state="ended" if folded.asked and folded.ended_at is not None else folded.asked,
    )


def presume(rows: Iterable[Session], cause: str) -> set[int]:
    """Close locked sessions that nobody will report any more; a report that comes after all reopens them."""
    fold = Fold({}, {})
    for row in rows:
        folded = _folded(row)
        folded.presume(cause)
        fold.sessions[folded.key].append(folded)
    return save(fold)


def use(usage: Mapping[tuple[int, datetime], Amount], used: Mapping[int, Amount]) -> None:
    """Add to usage by the hour and to the services' counters."""
    if not usage:
        return
    hours, services = sorted(usage), sorted(used)
    with connection.cursor() as cursor:
        columns: list[list[Any]] = [[service for service, _ in hours], [hour for _, hour in hours]]
        cursor.execute(_USE_HOUR, columns + [[usage[each][at] for each in hours] for at in range(3)])
        cursor.execute("SET LOCAL kmikro.quiet = 'on'")
        cursor.execute(_USE_SERVICE, [services] + [[used[each][at] for each in services] for at in range(3)])
        cursor.execute("SET LOCAL kmikro.quiet = 'off'")
        cursor.execute(_TELL_USED, [services])


def tell(schema: str, services: Collection[int]) -> None:
    """Let the RADIUS workers read these services anew: who is online changed."""
    if services:
        with connection.cursor() as cursor:
            cursor.execute(_TELL, [schema, sorted(services)])
