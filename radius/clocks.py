"""Starts the clock of a voucher at its first Accept, and binds a service to its first device.

Both are durable before the router hears of it, and happen only once.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from radius import database
from radius.batching import Queue
from radius.ports import Begins, Done
from tenants import scope

log = logging.getLogger("radius.clocks")

MOST, BATCH = 5_000, 500
# The earliest first use wins; an end date that was set by hand is never moved outwards. The end is policy's, since
# days and months are counted in one place (`kmikro.lib.validity`).
_START = """
    UPDATE subscribers_service AS service
    SET first_used_at = asked.at, expires_at = LEAST(service.expires_at, asked.ends_at)
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS asked (id, at, ends_at)
    WHERE service.id = asked.id AND service.first_used_at IS NULL
"""
_STARTED = """
    SELECT id FROM subscribers_service WHERE id = ANY(%s) AND first_used_at IS NOT NULL AND status = 'active'
"""
_BIND = """
    UPDATE subscribers_service AS service SET bound_mac = asked.mac
    FROM unnest(%s::bigint[], %s::text[]) AS asked (id, mac)
    WHERE service.id = asked.id AND service.bound_mac = ''
"""
_BOUND = "SELECT id, bound_mac FROM subscribers_service WHERE id = ANY(%s) AND status = 'active'"


def start(schema: str, asked: Mapping[int, Begins]) -> set[int]:
    """Start clocks of one ISP, by service; returns those that run now, by us or by somebody before.

    Only the clocks of vouchers start: an account's end is set by whoever sells it.
    """
    order = sorted(asked)
    with scope.inside(schema), connection.cursor() as cursor:
        begun, ends = ([_moment(asked[each][at]) for each in order] for at in (0, 1))
        cursor.execute(_START, [order, begun, ends])
        cursor.execute(_STARTED, [order])
        return {row[0] for row in cursor.fetchall()}


def _moment(at: float | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def bind(schema: str, asked: Mapping[int, str]) -> set[tuple[int, str]]:
    """Bind services of one ISP to the device (MAC) that came first; returns who is bound to what now."""
    order = sorted(asked)
    with scope.inside(schema), connection.cursor() as cursor:
        cursor.execute(_BIND, [order, [asked[each] for each in order]])
        cursor.execute(_BOUND, [order])
        return {(service_id, mac) for service_id, mac in cursor.fetchall()}


class _Wish(NamedTuple):
    schema: str
    service_id: int
    begins: Begins | None
    binds: str
    done: Done


class Clocks:
    """One thread with its own Django connection, one transaction per ISP and batch."""

    def __init__(self, patience: database.Patience) -> None:
        self._patience = patience
        self._queue: Queue[_Wish] = Queue(MOST, BATCH)
        self._thread = threading.Thread(target=self._run, name="radius-clocks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, schema: str, service_id: int, begins: Begins | None, done: Done, binds: str = "") -> bool:
        return self._queue.put(_Wish(schema, service_id, begins, binds, done))

    def close(self, timeout: float) -> None:
        self._queue.close()
        if self._thread.is_alive():
            self._thread.join(timeout)
        while left := self._queue.take():
            for each in left:
                each.done(False)

    def _run(self) -> None:
        database.hasten(lock_seconds=1.0)  # rows that somebody saves just now
        try:
            while not (self._queue.closed and not self._queue):
                self._turn(self._queue.take())
        finally:
            connection.close()

    def _turn(self, batch: list[_Wish]) -> None:
        by_schema: dict[str, list[_Wish]] = defaultdict(list)
        for each in batch:
            by_schema[each.schema].append(each)
        for schema, wishes in by_schema.items():
            held = self._try(schema, wishes)
            for each in wishes:
                each.done(each in held)

    def _try(self, schema: str, wishes: list[_Wish]) -> set[_Wish]:
        for last in (False, True):
            try:
                connection.ensure_connection()
                with self._patience.over(connection.connection):
                    return _settle(schema, wishes)
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


def _settle(schema: str, wishes: list[_Wish]) -> set[_Wish]:
    """Bind first: a device that came second starts no clock. Returns the wishes that hold now."""
    devices: dict[int, str] = {}
    for each in wishes:
        if each.binds:
            devices.setdefault(each.service_id, each.binds)
    bound = bind(schema, devices) if devices else set()
    held = {each for each in wishes if not each.binds or (each.service_id, each.binds) in bound}
    clocks: dict[int, Begins] = {}
    for each in wishes:
        if each in held and each.begins is not None:
            clocks.setdefault(each.service_id, each.begins)
    running = start(schema, clocks) if clocks else set()
    return {each for each in held if each.begins is None or each.service_id in running}
