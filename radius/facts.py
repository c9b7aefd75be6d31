"""Facts of services in memory per worker: read on a miss, dropped when the database tells of a change."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

from radius.ahead import Ahead
from radius.arrivals import Arrivals
from radius.database import Patience
from radius.events import Accept, AccessRequest, AccountingRecord
from radius.known import Facts
from radius.lookup import Found, find
from radius.news import Mark, News
from radius.ports import Unavailable
from radius.trust import Trust

MOST = 100_000
PAUSE = 0.5  # seconds without a new try after the database did not answer
_Key = tuple[str, bytes]
Read = Callable[[str, bytes, float], Found | None]
ReadPage = Callable[[str, int | None, float], list[Found]]


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
        self._ahead = Ahead()
        self._news = News()
        self._silent_until = float("-inf")

    def __len__(self) -> int:
        return len(self._kept) + len(self._ahead)

    def of(self, schema: str, username: bytes) -> Facts | None:
        """The facts of a name; None when nobody has it. Raises Unavailable rather than guess."""
        key, now = (schema, username), self._steady()
        with self._lock:
            found = self._kept.get(key) if self._trust.holds(now) else None
            if found is not None:
                self._kept.move_to_end(key)
            elif self._trust.holds(now) and (found := self._ahead.take(schema, username)) is not None:
                self._put(key, found)
            elif self._trust.is_down(now) or now < self._silent_until:
                raise Unavailable("the database is away")
            news = self._news.count
            if found is None:
                self._ahead.ask(schema)
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
            news = self._news.count
        try:
            found = self._read(*key, self._clock())
        except Unavailable:
            return False
        if found is not None and not self._keep(key, found, news):
            with self._lock:
                self._want(key)
        return True

    def foresee(self, patience: float, read: ReadPage) -> bool:
        """Read a page of an ISP whose people are asked for, waiting for one up to `patience` seconds.

        For a thread of its own. True while there is more to read.
        """
        schema = self._ahead.wanted(patience)
        if schema is None:
            return False
        with self._lock:
            room, news, holds = self._most - len(self), self._news.count, self._trust.holds(self._steady())
            before = self._ahead.before(schema)
        if not holds:
            return False
        try:
            page = read(schema, before, self._clock()) if room > 0 else []
        except Unavailable:
            with self._lock:
                self._ahead.set_aside(schema)
            return False
        with self._lock:
            if self._ahead.before(schema) != before or self._news.since(news, ()):
                return False  # it is to be read again from the start
            fresh = [
                each
                for each in page[:room]
                if (marks := _marks(schema, each))[0] not in self._marked
                and not self._news.since(news, marks)
            ]
            self._ahead.put(schema, fresh, page[-1].facts.service_id if page else None)
        return bool(page)

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
            self._news.of_everything()
            self._trust.lost()

    def refused(self, at: float) -> None:
        with self._lock:
            self._trust.refused(at)

    def forget_all(self) -> None:
        with self._lock:
            self._news.of_everything()
            for key in self._kept:
                self._want(key)
            self._kept.clear()
            self._ahead.clear()
            self._marked.clear()

    def forget(self, payload: str) -> None:
        """`<schema> s <lookup>` or `<schema> p <plan>`; anything else forgets everything, to be safe."""
        schema, _, mark = payload.partition(" ")
        if not mark.startswith(("s ", "p ")):
            self.forget_all()
            return
        with self._lock:
            self._news.of((schema, mark))
            self._ahead.forget(schema, mark)
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
            if self._news.since(news, _marks(key[0], found)) or not self._trust.holds(self._steady()):
                return False
            self._put(key, found)
        return True

    def _put(self, key: _Key, found: Found) -> None:
        if key in self._kept:
            self._drop(key)
        self._kept[key] = found
        for mark in _marks(key[0], found):
            self._marked.setdefault(mark, set()).add(key)
        if len(self) > self._most and not self._ahead.drop_one():
            self._drop(next(iter(self._kept)))

    def _drop(self, key: _Key) -> None:
        found = self._kept.pop(key)
        for mark in _marks(key[0], found):
            keys = self._marked[mark]
            keys.discard(key)
            if not keys:
                del self._marked[mark]


def _marks(schema: str, found: Found) -> tuple[Mark, ...]:
    """How the database names what this depends on."""
    return ((schema, f"s {found.lookup}"), (schema, f"p {found.facts.plan.plan_id}"))
