"""Folded sessions and usage to and from one ISP's tables; call inside the tenant."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection

from radius import freeing, memo, token
from radius.accounting import NAS_REBOOT, WRAPPED
from radius.folding import Fold, Folded, Key, Usage
from radius.models import Session
from radius.reports import Report

_INSERTED = (
    *(("router_id", "bigint"), ("acct_session_id", "text"), ("username", "text"), ("generation", "integer")),
    ("told", "text"),  # what it was let in to; what it is told later is no business of folding
)
_CHANGED = (
    *(("service_id", "bigint"), ("mac", "text"), ("framed_ip", "inet"), ("called", "text"), ("port", "text")),
    *(("started_at", "timestamptz"), ("begun_at", "timestamptz"), ("updated_at", "timestamptz")),
    *(
        ("heard_at", "timestamptz"),
        ("ended_at", "timestamptz"),
        ("end_cause", "text"),
        ("upload_bytes", "bigint"),
    ),
    *(("download_bytes", "bigint"), ("seconds", "bigint"), ("fold", "jsonb"), ("flags", "text")),
)
_SELECT = """
    SELECT session.id, session.router_id, acct_session_id, session.username, generation, session.service_id,
        session.mac, host(framed_ip), called, port, started_at, begun_at, updated_at, heard_at, ended_at, end_cause,
        upload_bytes, download_bytes, seconds, fold
    FROM radius_session AS session
"""
_LOCKED = " ORDER BY session.id FOR UPDATE OF session"
_NAMED = f"""{_SELECT} JOIN unnest(%s::bigint[], %s::text[], %s::text[]) AS said (router_id, session_id, username)
    ON session.router_id = said.router_id AND session.acct_session_id = said.session_id
    AND session.username = said.username {_LOCKED}
"""
_PLACES = "unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::timestamptz[])"
_SAME_PLACE = """AS place (service_id, router_id, username, mac, since)
    ON session.router_id = place.router_id AND session.username = place.username AND session.mac = place.mac
"""
# One query for each index.
_UP_THERE = f"""{_SELECT} JOIN {_PLACES} {_SAME_PLACE} AND session.service_id = place.service_id
    WHERE ended_at IS NULL {_LOCKED}
"""
_NEWER_THERE = f"""{_SELECT} JOIN {_PLACES} {_SAME_PLACE} AND session.service_id = place.service_id
    WHERE started_at > place.since {_LOCKED}
"""
_UP_OF_NOBODY = f"""{_SELECT} JOIN {_PLACES} {_SAME_PLACE} AND place.service_id IS NULL
    WHERE session.service_id IS NULL AND ended_at IS NULL {_LOCKED}
"""
_CUT = f"""{_SELECT} JOIN unnest(%s::bigint[], %s::timestamptz[]) AS cut (router_id, at)
    ON session.router_id = cut.router_id
    WHERE ended_at IS NULL OR (end_cause = '{NAS_REBOOT}' AND ended_at >= cut.at) {_LOCKED}
"""
_MISREAD = f"""{_SELECT}
    WHERE session.router_id = ANY(%s) AND (ended_at IS NULL OR flags LIKE '%%{WRAPPED}%%') {_LOCKED}
"""
_ADD = f"""
    INSERT INTO radius_session ({", ".join(name for name, _ in _INSERTED + _CHANGED)},
        disconnect_state, disconnect_text, disconnect_tries, change_state, change_text)
    SELECT *, '', '', 0, '', '' FROM unnest({", ".join(f"%s::{kind}[]" for _, kind in _INSERTED + _CHANGED)})
    RETURNING id, router_id, acct_session_id, username, generation
"""
_CHANGE = f"""
    UPDATE radius_session AS session SET {", ".join(f"{name} = said.{name}" for name, _ in _CHANGED)},
        disconnect_state = CASE WHEN disconnect_state <> '' AND said.ended_at IS NOT NULL THEN 'ended'
            ELSE disconnect_state END
    FROM unnest(%s::bigint[], {", ".join(f"%s::{kind}[]" for _, kind in _CHANGED)})
        AS said (id, {", ".join(name for name, _ in _CHANGED)})
    WHERE session.id = said.id
"""
# Nearly every hour is there already, and changing a row is much cheaper than asking whether it is new.
_USE_HOUR = """
    WITH said AS MATERIALIZED (
        SELECT service_id, to_timestamp(hour * 3600::float8) AS hour, upload, download, seconds
        FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
            AS said (service_id, hour, upload, download, seconds)
    ), added AS (
        UPDATE subscribers_usage AS usage SET
            upload_bytes = GREATEST(usage.upload_bytes + said.upload, 0),
            download_bytes = GREATEST(usage.download_bytes + said.download, 0),
            seconds = GREATEST(usage.seconds + said.seconds, 0)
        FROM said WHERE usage.service_id = said.service_id AND usage.hour = said.hour
        RETURNING said.service_id, said.hour
    )
    INSERT INTO subscribers_usage (service_id, hour, upload_bytes, download_bytes, seconds)
    SELECT service_id, hour, GREATEST(upload, 0), GREATEST(download, 0), GREATEST(seconds, 0) FROM said
    WHERE NOT EXISTS (SELECT FROM added WHERE added.service_id = said.service_id AND added.hour = said.hour)
"""
# Does it matter what was used? Only where a plan limits it, or where the service is not what it was when it began.
_LIMITED = """(
    plan.data_limit_bytes IS NOT NULL OR plan.time_limit_seconds IS NOT NULL
    OR plan.upload_limit_bytes IS NOT NULL OR plan.download_limit_bytes IS NOT NULL
    OR plan.daily_data_bytes IS NOT NULL OR plan.daily_seconds IS NOT NULL OR plan.stages <> '[]'::jsonb
)"""
_USE_SERVICE = f"""
    SET LOCAL kmikro.quiet = 'on';
    WITH counted AS (
        UPDATE subscribers_service AS service SET
            upload_bytes = GREATEST(service.upload_bytes + used.upload, 0),
            download_bytes = GREATEST(service.download_bytes + used.download, 0),
            seconds_used = GREATEST(service.seconds_used + used.seconds, 0)
        FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS used (id, upload, download, seconds)
        WHERE service.id = used.id
        RETURNING service.id, service.plan_id, service.status, service.expires_at
    )
    SELECT counted.id, {_LIMITED}
    FROM counted JOIN subscribers_plan AS plan ON plan.id = counted.plan_id
    WHERE {_LIMITED} OR counted.status <> 'active' OR counted.expires_at <= %s
"""
_TELL = """
    SELECT pg_notify('kmikro_facts', %s || ' s ' || lookup) FROM subscribers_service WHERE id = ANY(%s)
"""
_LAST = 253_402_300_799  # 31 December 9999; a router's nonsense must not stop a batch


class Stored(NamedTuple):
    """A row of radius_session as far as folding goes; `memo.Row` reads it."""

    pk: int
    router_id: int
    acct_session_id: str
    username: str
    generation: int
    service_id: int | None
    mac: str
    framed_ip: str | None
    called: str
    port: str
    started_at: datetime
    begun_at: datetime | None
    updated_at: datetime
    heard_at: datetime | None
    ended_at: datetime | None
    end_cause: str
    upload_bytes: int
    download_bytes: int
    seconds: int
    fold: dict[str, Any]


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(min(max(at, 0.0), _LAST), UTC)


def array(values: Iterable[int]) -> str:
    """Whole numbers as PostgreSQL writes an array; much cheaper than to have each one quoted."""
    return "{" + ",".join(map(str, values)) + "}"


def load(
    told: Sequence[Report], services: Sequence[int | None], cut: dict[int, float], misread: Collection[int]
) -> dict[Key, list[Folded]]:
    """The sessions that a batch may touch, locked, the newest of an id first.

    Those that are named; those in the same places (`services` belong to `told`), up or begun later; those of routers
    that were `cut` off by a restart at some time; those of routers whose counters were `misread` so far.
    """
    found: dict[int, Stored] = {}

    def take(query: str, *columns: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(query, columns)
            for row in cursor.fetchall():
                found[row[0]] = Stored._make((*row[:-1], json.loads(row[-1])))

    if told:
        keys = sorted({(each.router_id, each.session_id, each.username) for each in told})
        take(_NAMED, *map(list, zip(*keys, strict=True)))
    places: dict[tuple[int | None, int, str, str], float] = {}
    for each, service in zip(told, services, strict=True):
        if each.mac:
            place = (service, each.router_id, each.username, each.mac)
            places[place] = min(places.get(place, each.event_at), each.event_at)
    if places:
        columns = [*map(list, zip(*places, strict=True)), [moment(at) for at in places.values()]]
        take(_UP_THERE, *columns)
        take(_NEWER_THERE, *columns)
        if None in columns[0]:
            take(_UP_OF_NOBODY, *columns)
    if cut:
        take(_CUT, list(cut), [moment(at) for at in cut.values()])
    if misread:
        take(_MISREAD, list(misread))
    sessions: dict[Key, list[Folded]] = defaultdict(list)
    for row in sorted(found.values(), key=lambda each: (-each.generation, each.pk)):
        folded = _folded(row)
        sessions[folded.key].append(folded)
    return sessions


def _folded(row: Stored | Session) -> Folded:
    state, counted, presumed = memo.read(row)
    return Folded(
        state=state,
        generation=row.generation,
        service_id=row.service_id,
        counted=counted,
        presumed=presumed,
        heard_at=(row.heard_at or row.updated_at).timestamp(),
        id=row.pk,
        was_live=row.ended_at is None,
    )


def save(fold: Fold) -> set[int]:
    """Write what changed; returns the services whose set of live sessions changed."""
    moved: set[int] = set()
    new: list[Folded] = []
    old: list[Folded] = []
    for each in fold.all():
        if not each.changed:
            continue
        (new if each.id is None else old).append(each)
        if each.service_id is not None and each.was_live != (each.ended_at is None):
            moved.add(each.service_id)
    with connection.cursor() as cursor:
        if old:
            old.sort(key=lambda each: each.id or 0)
            cursor.execute(_CHANGE, [[each.id for each in old], *_columns(map(_changed, old))])
        if new:
            cursor.execute(
                _ADD,
                _columns(
                    (*each.key, each.generation, token.level_of(each.state.class_), *_changed(each))
                    for each in new
                ),
            )
            ids = {tuple(row[1:]): row[0] for row in cursor.fetchall()}
            for each in new:
                each.id = ids[*each.key, each.generation]
    return moved


def _columns(rows: Iterable[Sequence[object]]) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _changed(folded: Folded) -> Sequence[object]:
    state, ended_at = folded.state, folded.ended_at
    return (
        *(folded.service_id, state.mac[1], state.framed_ip[1] or None, state.called[1], state.port[1]),
        *(moment(state.started_at), moment(state.begun_at), moment(state.last_at), moment(folded.heard_at)),
        *(None if ended_at is None else moment(ended_at), folded.end_cause[:40], state.upload),
        *(state.download, state.seconds, json.dumps(folded.memo()), ",".join(state.flags)[:200]),
    )


def presume(rows: Iterable[Session], cause: str) -> set[int]:
    """Close locked sessions that nobody will report any more; a report that comes after all reopens them."""
    fold = Fold({}, {})
    for row in rows:
        folded = _folded(row)
        folded.presume(cause)
        fold.sessions[folded.key].append(folded)
    return save(fold)


def use(schema: str, usage: Usage, now: datetime) -> set[int]:
    """Add to usage by the hour and to the services' counters; returns the services for which something may follow.

    The workers are told of those whose plan limits usage, and of no other: they would read everybody anew all day.
    """
    if not usage.by_hour:
        return set()
    free = freeing.hours_of(usage, now)
    used = freeing.counted(usage, free)
    hours, services = sorted(usage.by_hour), sorted(used)
    columns = [array(service for service, _ in hours), array(hour for _, hour in hours)]
    columns += [array(usage.by_hour[each][at] for each in hours) for at in range(3)]
    totals = [array(services)] + [array(used[each][at] for each in services) for at in range(3)]
    with connection.cursor() as cursor:
        cursor.execute(_USE_HOUR, columns)
        freeing.mark(free)
        cursor.execute(_USE_SERVICE, [*totals, now])
        found = cursor.fetchall()
        cursor.execute("SET LOCAL kmikro.quiet = 'off'")
    tell(schema, {service_id for service_id, is_limited in found if is_limited})
    return {service_id for service_id, _ in found}


def tell(schema: str, services: Collection[int]) -> None:
    """Let the RADIUS workers read these services anew: who is online changed."""
    if services:
        with connection.cursor() as cursor:
            cursor.execute(_TELL, [schema, sorted(services)])
