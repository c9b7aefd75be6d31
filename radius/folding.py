"""Sessions as a fold over records, with what they have added to usage so far; no database in here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from radius import accounting, memo
from radius.accounting import UNKNOWN, Router, SessionState
from radius.memo import Amount
from radius.reports import Report

LOST_STOP = "Lost-Stop"
NO_REPORT = "Lost-Carrier (no report)"
GONE = "Lost-Stop (gone at the router)"
SILENT_ROUTER = "Lost-Carrier (router silent)"
NONE: Amount = (0, 0, 0)
HOUR = 3600
Key = tuple[int, str, str]


def key_of(report: Report) -> Key:
    return (report.router_id, report.session_id, report.username)


@dataclass(slots=True)
class Folded:
    """One session in the hand: its state, what of it was counted, and how it is presumed to have ended."""

    state: SessionState
    generation: int
    service_id: int | None = None
    counted: Amount = NONE
    presumed: str = ""
    heard_at: float = 0.0  # the last report by our own clock
    id: int | None = None
    was_live: bool = False
    changed: bool = False

    @property
    def key(self) -> Key:
        return (self.state.router_id, self.state.session_id, self.state.username)

    @property
    def place(self) -> Key:
        """Where a person is: two sessions in one place cannot be up at once."""
        return (self.state.router_id, self.state.username, self.state.mac[1])

    @property
    def ended_at(self) -> float | None:
        return self.state.last_at if self.presumed and self.state.ended_at is None else self.state.ended_at

    @property
    def end_cause(self) -> str:
        return self.state.end_cause or (self.presumed if self.state.ended_at is None else "")

    def memo(self) -> dict[str, Any]:
        """What is kept beside the columns, to go on folding from."""
        return memo.write(self.state, self.counted, self.presumed)

    def take(self, report: Report, router: Router) -> None:
        """Fold a record in."""
        before, heard_at = (self.state, self.presumed), self.heard_at
        self.state = accounting.advance(self.state, report, router)
        self.heard_at = max(heard_at, report.received_ms / 1000)
        if self.state.last_at > before[0].last_at:
            self.presumed = ""
        self.changed = self.changed or (self.state, self.presumed) != before or self.heard_at != heard_at

    def count(self) -> Amount:
        """What is used and not counted yet; from now on it is counted. Nothing while no service is known.

        Below nothing only where a wrap turned out to be none: the router has sent Gigawords since.
        """
        if self.service_id is None:
            return NONE
        total: Amount = (self.state.upload, self.state.download, self.state.seconds)
        grown = (total[0] - self.counted[0], total[1] - self.counted[1], total[2] - self.counted[2])
        if grown != NONE:
            self.counted, self.changed = total, True
        return grown

    def settle(self, router: Router) -> None:
        settled = accounting.settle(self.state, router)
        self.changed = self.changed or settled != self.state
        self.state = settled

    def presume(self, cause: str) -> None:
        """Say that it has ended although nobody told us; a later report takes it back."""
        if self.state.ended_at is None and self.presumed != cause:
            self.presumed, self.changed = cause, True


class Usage:
    """Octets and seconds by service and clock hour (hours since 1970, UTC)."""

    def __init__(self) -> None:
        self.by_hour: dict[tuple[int, int], Amount] = {}

    def add(self, service_id: int, hour: int, upload: int, download: int, seconds: int) -> None:
        key = (service_id, hour)
        old = self.by_hour.get(key)
        self.by_hour[key] = (
            (upload, download, seconds)
            if old is None
            else (old[0] + upload, old[1] + download, old[2] + seconds)
        )

    def by_service(self) -> dict[int, Amount]:
        total: dict[int, Amount] = {}
        for (service_id, _), grown in self.by_hour.items():
            old = total.get(service_id)
            total[service_id] = (
                grown if old is None else (old[0] + grown[0], old[1] + grown[1], old[2] + grown[2])
            )
        return total


@dataclass(slots=True)
class Fold:
    """One batch of one ISP: sessions that exist, by key, and what the batch does to them and to usage."""

    routers: Mapping[int, Router]
    services: Mapping[tuple[bytes, str], int | None]  # (Class, user name) → service
    sessions: dict[Key, list[Folded]] = field(default_factory=lambda: defaultdict(list))
    usage: Usage = field(default_factory=Usage)

    def take(self, report: Report) -> None:
        router = self.routers.get(report.router_id, UNKNOWN)
        candidates = self.sessions[key_of(report)]
        session = next((each for each in candidates if accounting.belongs(each.state, report, router)), None)
        if session is None:
            generation = max((each.generation for each in candidates), default=-1) + 1
            session = Folded(accounting.advance(None, report, router), generation, changed=True)
            candidates.insert(0, session)
        session.take(report, router)
        if session.service_id is None:
            session.service_id = self.services.get((session.state.class_, report.username))
            session.changed = session.changed or session.service_id is not None
        self._use(session)

    def settle(self, routers: Iterable[int]) -> None:
        """Look again at sessions of routers of which something new is known."""
        chosen = set(routers)
        for each in self.all():
            if each.state.router_id in chosen:
                each.settle(self.routers.get(each.state.router_id, UNKNOWN))
                self._use(each)

    def _use(self, session: Folded) -> None:
        grown = session.count()
        if session.service_id is not None and grown != NONE:
            self.usage.add(session.service_id, int(session.state.last_at // HOUR), *grown)

    def all(self) -> Iterable[Folded]:
        return (each for group in self.sessions.values() for each in group)

    def close_lost(self) -> None:
        """Where somebody began a new session after the last report of an old one, the old one's Stop was lost."""
        places: dict[Key, list[Folded]] = defaultdict(list)
        for each in self.all():
            if each.place[2]:
                places[each.place].append(each)
        for group in places.values():
            newest = max(each.state.started_at for each in group)
            for each in group:
                if each.state.started_at < newest and each.state.last_at <= newest:
                    each.presume(LOST_STOP)
