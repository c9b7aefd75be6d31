"""Packet traces of one worker: which run is read when routes are, what was seen is written by a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections import defaultdict, deque
from datetime import UTC, datetime
from typing import Protocol

from django.db import Error, connection

from radius import database, decoding
from radius.models import PacketTrace, TracedPacket
from radius.packet import Malformed
from radius.tracer import MOST, Seen, Tracer, Watch, key
from tenants import routes, scope

log = logging.getLogger("radius.tracing")

PAUSE = 0.5  # seconds between two writings


class Traced(Protocol):
    """The server: it tells its tracer what it hears and says, as long as it has one."""

    tracer: Tracer | None


class Tracing:
    """Switches the server's tracer on while a trace runs and off when none does."""

    def __init__(self, patience: database.Patience) -> None:
        self._patience = patience
        self._server: Traced | None = None
        self._tracer: Tracer | None = None
        self._seen: deque[Seen] = deque()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="radius-tracing", daemon=True)

    def attach(self, server: Traced) -> None:
        self._server = server
        server.tracer = self._tracer

    def start(self) -> None:
        self._thread.start()

    def close(self, timeout: float) -> None:
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def refresh(self) -> None:
        """Read which traces run; called from the listener's thread, with that thread's own Django connection."""
        try:
            watches = running(datetime.now(UTC))
        finally:
            connection.close()
        before = {} if self._tracer is None else self._tracer.room
        room = {each.trace_id: before.get(each.trace_id, MOST) for each in watches}
        self._tracer = Tracer(watches, self._seen, room) if watches else None
        if self._server is not None:
            self._server.tracer = self._tracer

    def _run(self) -> None:
        database.hasten()
        while not self._closing.wait(PAUSE):
            self.write()
        self.write()

    def write(self) -> None:
        """Write what was seen; a trace may lose packets, nothing waits for it."""
        if not self._seen:
            return
        batches: dict[tuple[str, int], list[Seen]] = defaultdict(list)
        while self._seen:
            each = self._seen.popleft()
            batches[each.watch.schema, each.watch.trace_id].append(each)
        for (schema, trace_id), batch in batches.items():
            try:
                connection.ensure_connection()
                with self._patience.over(connection.connection):
                    keep(schema, trace_id, batch)
            except Error as error:
                log.warning("a packet trace was not written", extra={"why": str(error).strip()})
        connection.close()


def running(now: datetime) -> list[Watch]:
    """All traces that run, of all ISPs; what they follow stands with their ISP alone.

    An ISP whose tables are locked is left out until the next reading: who listens must not be deaf for all others.
    """
    watches = []
    for schema, numbers in routes.open_traces(now).items():
        try:
            with scope.inside(schema):
                rows = list(PacketTrace.objects.filter(pk__in=numbers, ends_at__gt=now))
        except Error as error:
            log.warning("packet traces were not read", extra={"tenant": schema, "why": str(error).strip()})
            continue
        for row in rows:
            subject = key(row.subject) if row.subject else ""
            watches.append(Watch(schema, row.pk, subject, row.router_id, row.ends_at.timestamp()))
    return watches


def keep(schema: str, trace_id: int, batch: list[Seen]) -> None:
    """Store packets with an ISP's trace, as many as it still has room for; what is too much is counted."""
    with scope.inside(schema):
        trace = PacketTrace.objects.select_for_update().filter(pk=trace_id).first()
        if trace is None:
            return
        room = max(0, MOST - trace.kept)
        TracedPacket.objects.bulk_create([_row(trace, each) for each in batch[:room]])
        trace.kept += len(batch[:room])
        trace.missed += len(batch[room:])
        trace.save(update_fields=["kept", "missed"])


def _row(trace: PacketTrace, seen: Seen) -> TracedPacket:
    try:
        shown = decoding.show(seen.octets) if seen.octets else decoding.Shown("", 0, [])
    except Malformed:
        shown = decoding.Shown(f"{len(seen.octets)} octets that are no RADIUS", 0, [])
    return TracedPacket(
        trace=trace,
        at=datetime.fromtimestamp(seen.at, UTC),
        direction=seen.direction,
        code=shown.code,
        identifier=shown.identifier,
        router_id=seen.router_id,
        peer=seen.peer[:64],
        attributes=[list(each) for each in shown.attributes],
        outcome=seen.outcome[:120],
    )
