"""Folds the public journal into each ISP's sessions and usage: one transaction per ISP, then delete.

A crash between the two folds the same rows again, which changes nothing. One projector runs at a time, by an
advisory lock; two at once would only wait for each other's rows.
"""

from __future__ import annotations

import contextlib
import logging
from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection
from psycopg2.extensions import connection as Line

from radius import database, keeping, limits, login_log
from radius.events import AccountingRecord, Kind
from radius.folding import Fold, key_of
from tenants import scope
from tenants.models import Isp, RadiusRecord

log = logging.getLogger("radius.projector")

BATCH = 4_000
LOCK = 0x6B6D_6B72  # 'kmkr'
_READ = """
    SELECT id, schema, kind, at, body::text FROM tenants_radiusrecord
    WHERE kind = 'acct' AND NOT schema = ANY(%s) ORDER BY id LIMIT %s
"""
_DELETE = "DELETE FROM tenants_radiusrecord WHERE id = ANY(%s) AND kind = 'acct'"


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


def project(now: datetime, resting: Sequence[str] = ()) -> tuple[int, list[str]]:
    """Fold one batch and move the logins of the workers; returns how many rows were taken and the ISPs that have to wait."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [list(resting), BATCH])
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
    for schema, mine in by_schema.items():
        if schema not in active:
            log.warning("journal rows of no ISP are dropped", extra={"schema": schema, "count": len(mine)})
        elif not _fold_all(schema, mine, now):
            failed.append(schema)
            continue
        with connection.cursor() as cursor:
            cursor.execute(_DELETE, [[each.id for each in mine]])
    moved, waiting = login_log.move(resting)
    return len(rows) + moved, [*failed, *waiting]


def _fold_all(schema: str, rows: Sequence[Row], now: datetime) -> bool:
    """Fold rows; when they fail together, row by row, and a row that fails alone is marked and kept."""
    try:
        fold(schema, rows, now)
    except OperationalError as error:  # a lock, a deadlock, or the end of the connection: not the rows' fault
        if connection.connection is None or connection.connection.closed:
            raise
        log.warning("an ISP's rows wait", extra={"schema": schema, "why": str(error).strip()})
        return False
    except InterfaceError:
        raise
    except Exception:
        log.exception("an ISP's rows could not be folded")
        return _one_by_one(schema, rows, now)
    return True


def _one_by_one(schema: str, rows: Sequence[Row], now: datetime) -> bool:
    bad: list[Row] = []
    for row in rows:
        try:
            fold(schema, [row], now)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            log.warning("a journal row cannot be folded", extra={"row": row.id, "why": repr(error)[:300]})
            bad.append(row)
    if len(bad) == len(rows) > 1:
        return False  # not one of many goes in: it is the ISP, not the rows
    RadiusRecord.objects.filter(pk__in=[each.id for each in bad]).update(kind="bad")
    return True


def fold(schema: str, rows: Sequence[Row], now: datetime) -> None:
    """Fold rows of one ISP in one transaction."""
    records = [AccountingRecord.from_json(each.body) for each in rows]
    with scope.inside(schema):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '2s'")
        _account(schema, records, now)


def _account(schema: str, records: Sequence[AccountingRecord], now: datetime) -> None:
    restarts = [each for each in records if each.kind in (Kind.ON, Kind.OFF)]
    told = sorted(
        (each for each in records if each.kind in (Kind.START, Kind.INTERIM, Kind.STOP)),
        key=lambda each: each.event_at,
    )
    if restarts:
        keeping.note_restarts((each.router_id, each.heard_at) for each in restarts)
    restarted = {each.router_id for each in restarts}
    sessions = keeping.load(told, restarted)
    pairs = {(each.class_, each.name) for each in told}
    for each in (one for group in sessions.values() for one in group if one.service_id is None):
        pairs.add((each.state.class_, each.state.username))
    fold = Fold(
        keeping.restarts_of({each.router_id for each in told} | restarted),
        keeping.services_of(schema, pairs),
        defaultdict(list, sessions),
    )
    for record in told:
        fold.take(record)
    for each in fold.all():
        if each.state.router_id in restarted:
            each.settle(fold.restarts.get(each.state.router_id, []))
    fold.close_lost()
    moved = keeping.save(fold)
    used = fold.used()
    keeping.use(fold.usage, used)
    keeping.tell(schema, moved)
    touched = {each.service_id for key in map(key_of, told) for each in fold.sessions[key] if each.service_id}
    limits.enforce(touched, now)
