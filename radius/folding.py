"""Sessions as a fold over records, with what they have added to usage so far; no database in here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from radius import accounting
from radius.accounting import SessionState
from radius.events import AccountingRecord

LOST_STOP = "Lost-Stop"
NO_REPORT = "Lost-Carrier (no report)"
GONE = "Lost-Stop (gone at the router)"
Amount = tuple[int, int, int]  # upload octets, download octets, seconds
NONE: Amount = (0, 0, 0)
Key = tuple[int, str, str]


def key_of(record: AccountingRecord) -> Key:
    return (record.router_id, record.session_id, record.name)


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
    asked: str = ""  # how far a disconnect of it has come
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
        return {"state": self.state.to_json(), "counted": list(self.counted), "presumed": self.presumed}

    def take(self, record: AccountingRecord, restarts: Sequence[float]) -> None:
        """Fold a record in."""
        before, heard_at = (self.state, self.presumed), self.heard_at
        self.state = accounting.advance(self.state, record, restarts)
        self.heard_at = max(heard_at, record.received_at)
        if self.state.last_at > before[0].last_at:
            self.presumed = ""
        self.changed = self.changed or (self.state, self.presumed) != before or self.heard_at != heard_at

    def count(self) -> Amount:
        """What is used and not counted yet; from now on it is counted. Nothing while no service is known."""
        if self.service_id is None:
            return NONE
        total: Amount = (self.state.upload, self.state.download, self.state.seconds)
        grown = (total[0] - self.counted[0], total[1] - self.counted[1], total[2] - self.counted[2])
        if grown != NONE:
            self.counted, self.changed = total, True
        return grown

    def settle(self, restarts: Sequence[float]) -> None:
        settled = accounting.settle(self.state, restarts)
        self.changed = self.changed or settled != self.state
        self.state = settled

    def presume(self, cause: str) -> None:
        """Say that it has ended although nobody told us; a later report takes it back."""
        if self.state.ended_at is None and self.presumed != cause:
            self.presumed, self.changed = cause, True


def recall(memo: dict[str, Any]) -> tuple[SessionState, Amount, str]:
    upload, download, seconds = memo["counted"]
    return SessionState.from_json(memo["state"]), (upload, download, seconds), memo["presumed"]


@dataclass(slots=True)
class Fold:
    """One batch of one ISP: sessions that exist, by key, and what the batch does to them and to usage."""

    restarts: dict[int, list[float]]
    services: dict[tuple[bytes, str], int | None]  # (Class, user name) → service
    sessions: dict[Key, list[Folded]] = field(default_factory=lambda: defaultdict(list))
    usage: dict[tuple[int, datetime], Amount] = field(default_factory=dict)

    def take(self, record: AccountingRecord) -> None:
        restarts = self.restarts.get(record.router_id, [])
        candidates = self.sessions[key_of(record)]
        session = next(
            (each for each in candidates if accounting.belongs(each.state, record, restarts)), None
        )
        if session is None:
            generation = max((each.generation for each in candidates), default=-1) + 1
            session = Folded(accounting.advance(None, record, restarts), generation, changed=True)
            candidates.insert(0, session)
        session.take(record, restarts)
        if session.service_id is None:
            session.service_id = self.services.get((session.state.class_, record.name))
            session.changed = session.changed or session.service_id is not None
        self._use(session, session.count())

    def _use(self, session: Folded, grown: Amount) -> None:
        if session.service_id is None or grown == NONE:
            return
        hour = datetime.fromtimestamp(session.state.last_at, UTC).replace(minute=0, second=0, microsecond=0)
        key = (session.service_id, hour)
        old = self.usage.get(key, NONE)
        self.usage[key] = (old[0] + grown[0], old[1] + grown[1], old[2] + grown[2])

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

    def used(self) -> dict[int, Amount]:
        """What the batch adds to each service."""
        total: dict[int, Amount] = {}
        for (service_id, _), grown in self.usage.items():
            old = total.get(service_id, NONE)
            total[service_id] = (old[0] + grown[0], old[1] + grown[1], old[2] + grown[2])
        return total
