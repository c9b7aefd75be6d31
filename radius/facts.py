"""Facts of services in memory per worker: read on a miss, dropped when the database tells of a change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import NamedTuple

from radius.ahead import Ahead
from radius.arrivals import Arrivals
from radius.backoff import BackOff
from radius.database import Patience
from radius.events import Accept, AccessRequest, AccountingRecord
from radius.houses import House, Houses
from radius.known import Facts, Live, PlanFacts
from radius.lookup import exactly, find, house
from radius.news import News
from radius.outdated import Outdated
from radius.packing import Found, as_device, lives, pack, unpack
from radius.ports import Busy, Unavailable
from radius.recent import Recent
from radius.trust import Trust

MOST = 1_000_000
AT_HAND = 16_384  # names whose facts stay unpacked
OTHER_NAMES = 100_000  # devices, and codes that were typed in a way of their own
PAUSE = 0.5  # seconds without a new try after the database did not answer
_Name = tuple[str, bytes]  # schema and user name
Read = Callable[[str, bytes, float], Found | None]
ReadPage = Callable[[str, int | None, float], list[Found]]
ReadAgain = Callable[[str, Collection[str], Collection[int], float], tuple[list[Found], list[PlanFacts]]]


class _AtHand(NamedTuple):
    """Unpacked facts; they hold as long as what they were made of is what is remembered."""

    facts: Facts
    ended: tuple[Live, ...]
    key: bytes
    octets: bytes


class LiveFacts:
    """What one worker remembers. `of` is for the server's thread; the listener tells it from its own.

    A service is kept packed under its digest, its plan beside it, so that news of either drop just that. A read that
    raced with a notification is used once and not kept, so no fact outlives the news of its change.
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
        self._clock, self._steady = clock, steady
        self._lock = threading.Lock()
        self._trust = Trust()
        self._arrivals = Arrivals()
        self._kept: Recent[bytes, bytes] = Recent(most)
        self._plans: dict[tuple[str, int], PlanFacts] = {}
        self._at_hand: Recent[_Name, _AtHand] = Recent(min(most, AT_HAND))
        self._other_names: Recent[_Name, tuple[bytes, str]] = Recent(OTHER_NAMES)
        self._outdated = Outdated(most)
        self._ahead = Ahead()
        self._news = News()
        self._houses = Houses(lambda schema: house(schema, held))
        self._silent_until = float("-inf")
        self._busy = BackOff()

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, schema: str, username: bytes) -> Facts | None:
        """The facts of a name; None when nobody has it. Raises Unavailable rather than guess."""
        now = self._steady()
        with self._lock:
            known = self._recall(schema, username) if self._trust.holds(now) else None
            if known is None:
                if self._trust.is_down(now) or now < self._silent_until or now < self._busy.until(schema):
                    raise Unavailable("the database is away")
                self._ahead.ask(schema)
            news = self._news.count
        at = self._clock()
        if known is not None:
            facts, ended = known.facts, known.ended
        else:
            try:
                found = self._read(schema, username, at)
            except Busy:
                self._busy.again(schema, self._steady())
                raise
            except Unavailable:
                self._silent_until = self._steady() + PAUSE
                raise
            self._busy.over(schema)
            if found is None:
                return None
            self._remember(schema, username, found, news)
            facts, ended = found.facts, found.ended
            facts = as_device(facts, found.device) if found.device else facts
        live = self._arrivals.seen(schema, facts.service_id, facts.live, ended, at)
        return facts if live == facts.live else replace(facts, live=live)

    def instead(self, schema: str) -> House:
        """What the ISP gives instead of refusals. Raises Unavailable rather than guess."""
        return self._houses.of(schema, trusted=self._trust.holds(self._steady()))

    def has_news(self, patience: float) -> bool:
        """Is there something to be read anew? Waits for it up to `patience` seconds."""
        return self._outdated.wait(patience)

    def refresh(self, read: ReadAgain) -> bool:
        """Read anew what changed, some of one ISP at once; for a thread of its own. False when there was nothing to do.

        Every session that begins or ends changes its service, so without this the people who are online would be just
        those whom an outage of the database finds forgotten.
        """
        with self._lock:
            wanted = self._outdated.take() if self._trust.holds(self._steady()) else None
            if wanted is None:
                return False
            schema, digests, plans = wanted
            news = self._news.count
        try:
            services, again = read(schema, digests, plans, self._clock())
        except Unavailable:
            with self._lock:
                for lookup in digests:
                    self._outdated.service(schema, lookup)
                for plan_id in plans:
                    self._outdated.plan(schema, plan_id)
            return False
        with self._lock:
            for plan in again:
                self._keep_plan(schema, plan, news)
                if (schema, plan.plan_id) not in self._plans:
                    self._outdated.plan(schema, plan.plan_id)
            for each in services:
                if not self._keep(schema, each, news):
                    self._outdated.service(schema, each.lookup)
        return True

    def foresee(self, patience: float, read: ReadPage) -> bool:
        """Read a page of an ISP whose people are asked for, waiting for one up to `patience` seconds.

        For a thread of its own. True while there may be more to read; what failed is tried again after a while.
        """
        if not self._ahead.wait(patience):
            return False
        with self._lock:
            now = self._steady()
            schema = self._ahead.next(now) if self._trust.holds(now) else None
            if schema is None:
                return False
            room, news, before = self._kept.room, self._news.count, self._ahead.before(schema)
        try:
            page = read(schema, before, self._clock()) if room > 0 else []
        except Unavailable:
            with self._lock:
                self._ahead.failed(schema, self._steady())
            return True
        packed = [(_key(each.lookup), pack(each)) for each in page[:room]]
        with self._lock:
            if self._ahead.before(schema) != before or self._news.since(news, ()):
                return False  # it is to be read again from the start
            for plan in {each.facts.plan.plan_id: each.facts.plan for each in page}.values():
                self._keep_plan(schema, plan, news)
            for each, (key, octets) in zip(page, packed, strict=False):
                if key not in self._kept and not self._news.since(news, ((schema, f"s {each.lookup}"),)):
                    self._kept.put(key, octets)
            self._ahead.go_on(schema, page[-1].facts.service_id if page else None)
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
        self._houses.forget_all()

    def refused(self, at: float) -> None:
        with self._lock:
            self._trust.refused(at)

    def forget_all(self) -> None:
        self._houses.forget_all()
        with self._lock:
            self._news.of_everything()
            for each in (self._kept, self._plans, self._at_hand, self._other_names, self._outdated):
                each.clear()
            self._ahead.start_over()

    def forget(self, payload: str) -> None:
        """`<schema> s <lookup>` or `<schema> p <plan>`; anything else forgets everything, to be safe."""
        schema, _, mark = payload.partition(" ")
        if mark == "s house":
            self._houses.forget(schema)
        kind, _, name = mark.partition(" ")
        if kind not in ("s", "p") or (kind == "p" and not name.isdecimal()):
            self.forget_all()
            return
        with self._lock:
            self._news.of((schema, mark))
            if kind == "p":
                if self._plans.pop((schema, int(name)), None) is not None:
                    self._outdated.plan(schema, int(name))
            elif self._kept.pop(_key(name)) is not None:
                self._outdated.service(schema, name)

    # Under the lock.

    def _recall(self, schema: str, username: bytes) -> _AtHand | None:
        """What is remembered of a name. Only the exact one counts unless the database said whose another is."""
        name, device = (schema, username), ""
        known = self._at_hand.get(name)
        if known is not None:
            facts = known.facts
            if (
                self._kept.get(known.key) is known.octets
                and self._plans.get((schema, facts.plan.plan_id)) is facts.plan
            ):
                return known
        key = exactly(schema, username)
        octets = self._kept.get(key)
        if octets is None:
            key, device = self._other_names.get(name) or (key, "")
            octets = self._kept.get(key)
            if octets is None:
                return None
        packed = unpack(octets)
        plan = self._plans.get((schema, packed.plan_id))
        if plan is None or (device and device not in packed.macs):
            return None
        facts = packed.facts(plan)
        known = _AtHand(as_device(facts, device) if device else facts, lives(packed.ended), key, octets)
        self._at_hand.put(name, known)
        return known

    def _keep(self, schema: str, found: Found, news: int) -> bool:
        if self._news.since(news, ((schema, f"s {found.lookup}"),)) or not self._trust.holds(self._steady()):
            return False
        self._keep_plan(schema, found.facts.plan, news)
        self._kept.put(_key(found.lookup), pack(found))
        return True

    def _keep_plan(self, schema: str, plan: PlanFacts, news: int) -> None:
        """One object for all services of the plan, as long as it says the same."""
        if self._plans.get((schema, plan.plan_id)) != plan and not self._news.since(
            news, ((schema, f"p {plan.plan_id}"),)
        ):
            self._plans[schema, plan.plan_id] = plan

    def _remember(self, schema: str, username: bytes, found: Found, news: int) -> None:
        with self._lock:
            if self._keep(schema, found, news) and exactly(schema, username) not in self._kept:
                self._other_names.put((schema, username), (_key(found.lookup), found.device))


def _key(lookup: str) -> bytes:
    """A digest in half the memory."""
    try:
        return bytes.fromhex(lookup)
    except ValueError:
        return lookup.encode()
