"""Starts the clock of a voucher at its first Accept: durable before the router hears of it, and only once."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from radius import database
from radius.batching import Queue
from radius.ports import Done
from tenants import scope

log = logging.getLogger("radius.clocks")

MOST, BATCH = 5_000, 500
# The earliest first use wins; an end date that was set by hand is never moved outwards.
_START = """
    UPDATE subscribers_service AS service
    SET first_used_at = asked.at,
        expires_at = LEAST(service.expires_at, asked.at + plan.validity_seconds * interval '1 second')
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS asked (id, at), subscribers_plan AS plan
    WHERE service.id = asked.id AND plan.id = service.plan_id AND service.first_used_at IS NULL
"""
_STARTED = """
    SELECT id FROM subscribers_service WHERE id = ANY(%s) AND first_used_at IS NOT NULL AND status = 'active'
"""


def start(schema: str, asked: Mapping[int, float]) -> set[int]:
    """Start clocks (service → unix seconds) of one ISP; returns those that run now, by us or by somebody before."""
    order = sorted(asked)
    with scope.inside(schema), connection.cursor() as cursor:
        cursor.execute(_START, [order, [datetime.fromtimestamp(asked[each], UTC) for each in order]])
        cursor.execute(_STARTED, [order])
        return {row[0] for row in cursor.fetchall()}


class Clocks:
    """One thread with its own Django connection, one transaction per ISP and batch."""

    def __init__(self, patience: database.Patience) -> None:
        self._patience = patience
        self._queue: Queue[tuple[str, int, float, Done]] = Queue(MOST, BATCH)
        self._thread = threading.Thread(target=self._run, name="radius-clocks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, schema: str, service_id: int, at: float, done: Done) -> bool:
        return self._queue.put((schema, service_id, at, done))

    def close(self, timeout: float) -> None:
        self._queue.close()
        if self._thread.is_alive():
            self._thread.join(timeout)
        while left := self._queue.take():
            for *_, done in left:
                done(False)

    def _run(self) -> None:
        database.hasten(lock_seconds=1.0)  # rows that somebody saves just now
        try:
            while not (self._queue.closed and not self._queue):
                self._turn(self._queue.take())
        finally:
            connection.close()

    def _turn(self, batch: list[tuple[str, int, float, Done]]) -> None:
        by_schema: dict[str, dict[int, float]] = defaultdict(dict)
        for schema, service_id, at, _ in batch:
            by_schema[schema].setdefault(service_id, at)
        running: set[tuple[str, int]] = set()
        for schema, asked in by_schema.items():
            running |= {(schema, each) for each in self._try(schema, asked)}
        for schema, service_id, _, done in batch:
            done((schema, service_id) in running)

    def _try(self, schema: str, asked: dict[int, float]) -> set[int]:
        for last in (False, True):
            try:
                connection.ensure_connection()
                with self._patience.over(connection.connection):
                    return start(schema, asked)
            except (OperationalError, InterfaceError) as error:
                dead = connection.connection is None or connection.connection.closed
                connection.close()
                if last or not dead:
                    log.warning("clocks could not be started", extra={"why": str(error).strip()})
                    break
            except DatabaseError:
                log.exception("clocks could not be started")
                break
        return set()
