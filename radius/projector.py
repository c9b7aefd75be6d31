"""Folds the public journal into each ISP's sessions and usage: one transaction per ISP, then delete.

A crash between the two folds the same rows again, which changes nothing. One projector runs at a time, by an
advisory lock; two at once would only wait for each other's rows.
"""

from __future__ import annotations

import contextlib
import json
import logging
from collections import defaultdict
from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection, transaction
from psycopg2.extensions import connection as Line

from radius import database, keeping, knowing, limits, login_log, reports
from radius.folding import Fold, Usage, key_of
from radius.reports import Report
from radius.standing import Memory
from tenants import scope
from tenants.models import Isp, RadiusRecord

log = logging.getLogger("radius.projector")

BATCH = 4_000  # rows of the journal
LARGEST = 2 << 20  # octets of them; an accounting row holds many records
LOCK = 0x6B6D_6B72  # 'kmkr'
_READ = """
    SELECT id, schema, kind, at, body FROM (
        SELECT *, sum(length(body)) OVER (ORDER BY id) - length(body) AS before FROM (
            SELECT id, schema, kind, at, body::text AS body FROM tenants_radiusrecord
            WHERE kind = 'acct' AND NOT schema = ANY(%s) ORDER BY id LIMIT %s
        ) AS first
    ) AS counted WHERE before < %s ORDER BY id
"""
_DELETE = "DELETE FROM tenants_radiusrecord WHERE id = ANY(%s::bigint[]) AND kind = 'acct'"
# Neither the fold nor the deletion is waited for: the log of PostgreSQL has them in this order, so after a crash a row
# may come back that was folded already, but none can be gone that was not.
_HASTE = "SET LOCAL synchronous_commit = off"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the journal."""

    id: int
    schema: str
    kind: str
    at: datetime
    body: str


@contextlib.contextmanager
def elected() -> Generator[Line | None, None, None]:
    """The line that holds the lock, or None when somebody else projects."""
    line = database.connect("projector")
    try:
        with line.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            mine = cursor.fetchone()
        yield line if mine and mine[0] else None
    finally:
        line.close()


def project(
    now: datetime, resting: Sequence[str] = (), memory: Memory | None = None
) -> tuple[int, list[str]]:
    """Fold one batch and move the logins of the workers; returns how many rows were taken (BATCH or more: others
    wait) and the ISPs that have to wait.

    `memory` may only come from earlier batches of the same election.
    """
    memory = Memory() if memory is None else memory
    with connection.cursor() as cursor:
        cursor.execute(_READ, [list(resting), BATCH, LARGEST])
        rows = [Row(*each) for each in cursor.fetchall()]
    by_schema: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_schema[row.schema].append(row)
    active = set(
        Isp.objects.filter(schema_name__in=by_schema, state=Isp.State.ACTIVE).values_list(
            "schema_name", flat=True
        )
    )
    failed: list[str] = []
    done: list[int] = []
    try:
        for schema, mine in by_schema.items():
            if schema not in active:
                log.warning(
                    "journal rows of no ISP are dropped", extra={"schema": schema, "count": len(mine)}
                )
            elif not _fold_all(schema, mine, now, memory):
                failed.append(schema)
                continue
            done += (each.id for each in mine)
    finally:
        _delete(done)
    moved, waiting = login_log.move(resting)
    taken = len(rows) + moved
    if sum(len(each.body) for each in rows) >= LARGEST:
        taken = max(taken, BATCH)  # there is more, whatever the number of rows
    return taken, [*failed, *waiting]


def _delete(ids: Collection[int]) -> None:
    if ids:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"{_HASTE}; {_DELETE}", [keeping.array(ids)])


def _fold_all(schema: str, rows: Sequence[Row], now: datetime, memory: Memory) -> bool:
    """Fold rows; when they fail together, row by row, and a row that fails alone is marked and kept."""
    try:
        fold(schema, rows, now, memory)
    except OperationalError as error:  # a lock, a deadlock, or the end of the connection: not the rows' fault
        memory.forget(schema)
        if connection.connection is None or connection.connection.closed:
            raise
        log.warning("an ISP's rows wait", extra={"schema": schema, "why": str(error).strip()})
        return False
    except InterfaceError:
        memory.forget(schema)
        raise
    except Exception:
        memory.forget(schema)
        log.exception("an ISP's rows could not be folded")
        return _one_by_one(schema, rows, now)
    return True


def _one_by_one(schema: str, rows: Sequence[Row], now: datetime) -> bool:
    bad: list[Row] = []
    for row in rows:
        try:
            fold(schema, [row], now, Memory())
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            log.warning("a journal row cannot be folded", extra={"row": row.id, "why": repr(error)[:300]})
            bad.append(row)
    if len(bad) == len(rows) > 1:
        return False  # not one of many goes in: it is the ISP, not the rows
    for row in bad:
        _put_aside(row)
    return True


def _put_aside(row: Row) -> None:
    """Mark a row; one of several records is taken apart first, so that the good ones go in with the next batch."""
    body = json.loads(row.body)
    if not isinstance(body, list) or len(body) < 2:
        RadiusRecord.objects.filter(pk=row.id).update(kind="bad")
        return
    with transaction.atomic():
        parts = [
            RadiusRecord(schema=row.schema, kind=row.kind, at=row.at, body=json.dumps([each]))
            for each in body
        ]
        RadiusRecord.objects.bulk_create(parts)
        RadiusRecord.objects.filter(pk=row.id).delete()


def fold(schema: str, rows: Sequence[Row], now: datetime, memory: Memory) -> None:
    """Fold rows of one ISP in one transaction."""
    told = [report for each in rows for report in reports.read(each.body)]
    with scope.inside(schema):
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = '2s'; {_HASTE}")
        account(schema, told, now, memory)


def account(schema: str, reported: Sequence[Report], now: datetime, memory: Memory) -> None:
    """Fold reports of one ISP into its sessions and usage, and end what is spent; call inside the tenant."""
    restarts = [each for each in reported if each.kind in reports.OF_ROUTERS]
    told = sorted(
        (each for each in reported if each.kind in reports.OF_SESSIONS), key=lambda each: each.event_ms
    )
    restarted = {each.router_id for each in restarts}
    cut = knowing.note_restarts((each.router_id, each.heard_at) for each in restarts) if restarts else {}
    first = memory.first_gigawords(schema, told)
    misread = knowing.note_gigawords(first) if first else set()
    memory.learn_gigawords(schema, first)
    usage = Usage()
    rest = memory.grow(schema, told, restarted, usage)
    touched: set[int] = set()
    if rest or cut or misread:
        rest.sort(key=lambda each: each.event_ms)
        touched = _fold(schema, rest, cut, misread, usage, memory)
    limits.enforce(touched | keeping.use(schema, usage, now), now)


def _fold(
    schema: str,
    told: Sequence[Report],
    cut: dict[int, float],
    misread: Collection[int],
    usage: Usage,
    memory: Memory,
) -> set[int]:
    """Fold what is more than growth; returns the services that were spoken of."""
    pairs = {(bytes.fromhex(each.token), each.username) for each in told}
    services = knowing.services_of(schema, pairs)
    mine = [services[bytes.fromhex(each.token), each.username] for each in told]
    sessions = keeping.load(told, mine, cut, misread)
    unknown = {
        (each.state.class_, each.state.username)
        for group in sessions.values()
        for each in group
        if each.service_id is None
    }
    if more := unknown - pairs:
        services |= knowing.services_of(schema, more)
    fold = Fold(
        knowing.routers_of(
            {key[0] for key in sessions} | {each.router_id for each in told} | {*cut, *misread}
        ),
        services,
        defaultdict(list, sessions),
        usage,
    )
    fold.settle({*cut, *misread})
    for report in told:
        fold.take(report)
    fold.close_lost()
    begun = [each for each in fold.all() if each.id is None]
    moved = keeping.save(fold)
    knowing.note_first_use(
        (each.service_id, each.state.started_at) for each in begun if each.service_id is not None
    )
    memory.learn(schema, fold.sessions, fold.routers)
    keeping.tell(schema, moved)
    return {
        each.service_id
        for key in map(key_of, told)
        for each in fold.sessions[key]
        if each.service_id is not None
    }
