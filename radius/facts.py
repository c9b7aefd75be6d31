"""Facts of services in memory per worker: read on a miss, dropped when the database tells of a change."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from radius.arrivals import Arrivals
from radius.database import Patience
from radius.events import Accept, AccessRequest, AccountingRecord, Facts
from radius.lookup import Found, find
from radius.ports import Unavailable
from radius.trust import Trust

MOST = 100_000
PAUSE = 0.5  # seconds without a new try after the database did not answer
_Key = tuple[str, bytes]
Read = Callable[[str, bytes, float], Found | None]


class LiveFacts:
    """What one worker remembers. `of` is for the server's thread; the listener tells it from its own.

    A read that raced with a notification is used once and not kept, so no fact outlives the news of its change.
    """

    def __init__(
        self,
        read: Read | None = None,
        *,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
        most: int = MOST,
    ) -> None:
        held = patience or Patience()
        self._read: Read = read or (lambda schema, name, at: find(schema, name, at, held))
        self._clock, self._steady, self._most = clock, steady, most
        self._lock = threading.Lock()
        self._trust = Trust()
        self._arrivals = Arrivals()
        self._kept: OrderedDict[_Key, Found] = OrderedDict()
        self._marked: dict[tuple[str, str], set[_Key]] = {}
        self._wanted: OrderedDict[_Key, None] = OrderedDict()
        self._wants = threading.Event()
        self._news = 0
        self._silent_until = float("-inf")

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, schema: str, username: bytes) -> Facts | None:
        """The facts of a name; None when nobody has it. Raises Unavailable rather than guess."""
        key, now = (schema, username), self._steady()
        with self._lock:
            found = self._kept.get(key) if self._trust.holds(now) else None
            if found is not None:
                self._kept.move_to_end(key)
            elif self._trust.is_down(now) or now < self._silent_until:
                raise Unavailable("the database is away")
            news = self._news
        at = self._clock()
        if found is None:
            try:
                found = self._read(schema, username, at)
            except Unavailable:
                self._silent_until = self._steady() + PAUSE
                raise
            if found is None:
                return None
            self._keep(key, found, news)
        live = self._arrivals.seen(schema, found.facts.service_id, found.facts.live, found.ended, at)
        return found.facts if live == found.facts.live else replace(found.facts, live=live)

    def refresh(self, patience: float) -> bool:
        """Read one name anew that changed, waiting for one up to `patience` seconds; for a thread of its own.

        Every report of a session changes its service, so without this the people who are online would be just
        those whom an outage of the database finds forgotten.
        """
        if not self._wants.wait(patience):
            return False
        with self._lock:
            if not self._wanted:
                self._wants.clear()
                return False
            key, _ = self._wanted.popitem(last=False)
            if key in self._kept or not self._trust.holds(self._steady()):
                return False
            news = self._news
        try:
            found = self._read(*key, self._clock())
        except Unavailable:
            return False
        if found is not None and not self._keep(key, found, news):
            with self._lock:
                self._want(key)
        return True

    def accepted(self, request: AccessRequest, accept: Accept, at: float) -> None:
        """The server let somebody in; counts as a device until the session shows in the database."""
        self._arrivals.accepted(request, accept, at)

    def recorded(self, record: AccountingRecord) -> None:
        self._arrivals.heard(record)

    # The listener's side.

    def heard(self, at: float) -> None:
        with self._lock:
            self._trust.heard(at)

    def lost(self) -> None:
        with self._lock:
            self._news += 1
            self._trust.lost()

    def refused(self, at: float) -> None:
        with self._lock:
            self._trust.refused(at)

    def forget_all(self) -> None:
        with self._lock:
            self._news += 1
            for key in self._kept:
                self._want(key)
            self._kept.clear()
            self._marked.clear()

    def forget(self, payload: str) -> None:
        """`<schema> s <lookup>` or `<schema> p <plan>`; anything else forgets everything, to be safe."""
        schema, _, mark = payload.partition(" ")
        if not mark.startswith(("s ", "p ")):
            self.forget_all()
            return
        with self._lock:
            self._news += 1
            for key in list(self._marked.get((schema, mark), ())):
                self._drop(key)
                self._want(key)

    def _want(self, key: _Key) -> None:
        """Remember to read it anew when there is time."""
        if len(self._wanted) < self._most:
            self._wanted[key] = None
            self._wants.set()

    def _keep(self, key: _Key, found: Found, news: int) -> bool:
        with self._lock:
            if news != self._news or not self._trust.holds(self._steady()):
                return False
            if key in self._kept:
                self._drop(key)
            self._kept[key] = found
            for mark in _marks(key, found):
                self._marked.setdefault(mark, set()).add(key)
            if len(self._kept) > self._most:
                self._drop(next(iter(self._kept)))
        return True

    def _drop(self, key: _Key) -> None:
        found = self._kept.pop(key)
        for mark in _marks(key, found):
            keys = self._marked[mark]
            keys.discard(key)
            if not keys:
                del self._marked[mark]


def _marks(key: _Key, found: Found) -> tuple[tuple[str, str], ...]:
    """How the database names what this depends on."""
    return ((key[0], f"s {found.lookup}"), (key[0], f"p {found.facts.plan_id}"))
