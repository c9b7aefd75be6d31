"""Where outcomes go: accounting to journal or spool, attempts in the background, clocks into the tenant."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from radius.attempts import Attempts
from radius.clocks import Clocks
from radius.database import Patience
from radius.drainer import Drainer
from radius.events import Accept, AccessRequest, AccountingRecord, Reject
from radius.facts import LiveFacts
from radius.ports import Begins, Done
from radius.writer import Writer


class LiveStore:
    """The store of one worker: four threads and no opinion. Its calls return at once."""

    def __init__(self, folder: Path, facts: LiveFacts, patience: Patience) -> None:
        self.counts: Counter[str] = Counter()
        self._facts = facts
        self._folder = folder
        self._writer = Writer(folder, patience, self.counts)
        self._attempts = Attempts(patience, self.counts)
        self._clocks = Clocks(patience)
        self._drainer = Drainer(folder, patience)

    def start(self) -> None:
        for each in (self._writer, self._attempts, self._clocks, self._drainer):
            each.start()

    def close(self, timeout: float) -> None:
        self._clocks.close(timeout / 2)
        self._writer.close(timeout / 2)
        self._attempts.close(min(timeout / 2, 1.0))
        self._drainer.close()

    def attempt(self, request: AccessRequest, verdict: Accept | Reject, at: float, microseconds: int) -> None:
        if isinstance(verdict, Accept):
            self._facts.accepted(request, verdict, at)
        self._attempts.put(request, verdict, at, microseconds)

    def record(self, record: AccountingRecord, done: Done) -> bool:
        self._facts.recorded(record)
        return self._writer.put(record, done)

    def depths(self) -> dict[str, int]:
        """How many wait in each queue."""
        return {
            "accounting": len(self._writer),
            "attempts": len(self._attempts),
            "clocks": len(self._clocks),
            "spool": sum(1 for _ in self._folder.glob("*.spool")),  # files, of all workers of this folder
        }

    def remembered(self) -> int:
        """How many services this worker knows without asking."""
        return len(self._facts)

    def start_clock(
        self, schema: str, service_id: int, begins: Begins | None, done: Done, binds: str = ""
    ) -> bool:
        return self._clocks.put(schema, service_id, begins, done, binds)
