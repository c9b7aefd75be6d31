"""Sees to it within seconds that people online have what they may have now: a thread beside the projector.

It hears what the database tells RADIUS workers (`kmikro_facts`): a service that was paused, paid for or used up, a plan
or a fallback that changed, a session that began. And it keeps in memory when the clock will change something next in
each ISP: grace and validity that end, hours that close, a new day. One enforcer works at a time, by an advisory lock.
"""

from __future__ import annotations

import logging
import select
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg2
from django.db import DatabaseError, InterfaceError, connection
from psycopg2.extensions import connection as Line

from radius import database, enforcing, limits
from radius.models import Session
from subscribers.models import Service
from tenants.models import Isp
from tenants.tasks import unit

log = logging.getLogger("radius.enforcer")

LOCK = 0x6B6D_6B65  # 'kmke'
GATHER = 0.5  # seconds in which news are gathered, so that a busy ISP is looked at once for all of them
STANDBY = 2.0
ROLL_CALL = 60.0  # seconds between two looks at which ISPs there are
REST = 10.0  # seconds in which an ISP whose tables did not answer holds up no other
AT_ONCE = 20  # ISPs looked at between two turns of listening


@dataclass(slots=True)
class News:
    """What was told of one ISP since it was looked at."""

    lookups: set[str] = field(default_factory=set)
    plans: set[int] = field(default_factory=set)
    everything: bool = False


class Enforcer:
    """`look` does the work for one ISP and returns when it is due next; times are unix seconds."""

    def __init__(
        self,
        look: Callable[[str, News, datetime], float | None] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._look = look or look_at
        self._clock = clock
        self._news: defaultdict[str, News] = defaultdict(News)
        self._due: dict[str, float] = {}
        self._called_at = float("-inf")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="radius-enforcer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def hear(self, payload: str) -> None:
        """`<schema> s <lookup>`, `<schema> p <plan>`, or anything else of an ISP."""
        schema, _, mark = payload.partition(" ")
        kind, _, name = mark.partition(" ")
        news = self._news[schema]
        if kind == "s" and name != "house":
            news.lookups.add(name)
        elif kind == "p" and name.isdecimal():
            news.plans.add(int(name))
        else:
            news.everything = True

    def call_roll(self, schemas: set[str]) -> None:
        """These ISPs there are; a new one is looked at at once, one that is gone never again."""
        for gone in self._due.keys() - schemas:
            del self._due[gone]
        for schema in schemas - self._due.keys():
            self._due[schema] = 0.0

    def turn(self) -> int:
        """Look at ISPs with news and at those that are due; returns how many there were."""
        now = self._clock()
        ready = [schema for schema in self._news if schema in self._due]
        ready += [schema for schema, at in self._due.items() if at <= now and schema not in self._news]
        for schema in ready[:AT_ONCE]:
            news = self._news.pop(schema, None) or News()
            try:
                due = self._look(schema, news, datetime.fromtimestamp(now, UTC))
            except (DatabaseError, InterfaceError) as error:
                log.warning(
                    "an ISP could not be looked at", extra={"schema": schema, "why": str(error).strip()}
                )
                self._news[schema] = News(everything=True)
                self._due[schema] = now + REST
                if connection.connection is None or connection.connection.closed:
                    raise
                continue
            self._due[schema] = float("inf") if due is None else due
        for stranger in self._news.keys() - self._due.keys():
            if not ready:  # of an ISP that is being made or is gone
                del self._news[stranger]
        return len(ready)

    # The thread.

    def _run(self) -> None:
        while not self._stopping.is_set():
            line: Line | None = None
            try:
                line = database.connect("enforcer")
                if self._is_elected(line):
                    self._work(line)
            except (psycopg2.Error, DatabaseError, InterfaceError) as error:
                log.warning("live sessions wait for the database", extra={"why": str(error).strip()})
            except Exception:
                log.exception("bringing live sessions up to date failed")
            finally:
                if line is not None:
                    line.close()
                connection.close()
            self._stopping.wait(STANDBY)

    def _is_elected(self, line: Line) -> bool:
        with line.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            mine = cursor.fetchone()
        return bool(mine and mine[0])

    def _work(self, line: Line) -> None:
        """Listen first, then look at everybody once, then at what is told or due."""
        with line.cursor() as cursor:
            cursor.execute("LISTEN kmikro_facts")
        self._due.clear()
        self._news.clear()
        self._called_at = float("-inf")
        while not self._stopping.is_set():
            if self._clock() - self._called_at >= ROLL_CALL:
                self._called_at = self._clock()
                active = Isp.objects.filter(state=Isp.State.ACTIVE)
                self.call_roll(set(active.values_list("schema_name", flat=True)))
            if self.turn() < AT_ONCE:
                self._stopping.wait(GATHER)
            if select.select([line], [], [], 0)[0]:
                line.poll()
            while line.notifies:
                self.hear(line.notifies.pop(0).payload)


def look_at(schema: str, news: News, now: datetime) -> float | None:
    """Bring the live sessions of an ISP up to date; returns when the clock will change something, in unix seconds."""
    with unit(schema):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '1s'; SET LOCAL statement_timeout = '10s'")
        limits.end_by_clock(now)
        if news.everything:
            enforcing.settle(enforcing.uneven(), now)
        else:
            enforcing.settle(enforcing.due(now), now)
            if touched := _touched(news):
                enforcing.settle(enforcing.uneven(touched), now)
        due = enforcing.next_due()
    return None if due is None else max(due.timestamp(), now.timestamp() + GATHER)


def _touched(news: News) -> set[int]:
    """The services with live sessions that the news are about."""
    found = set[int]()
    if news.lookups:
        found |= set(Service.objects.filter(lookup__in=news.lookups).values_list("pk", flat=True))
    if news.plans:
        live = Session.objects.filter(ended_at=None, service__plan__in=news.plans).order_by()
        found |= {each for each in live.values_list("service_id", flat=True).distinct() if each}
    return found
