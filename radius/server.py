"""The loop of one worker: sockets and batches, no opinions. Nothing in it waits for a disk or a database."""

from __future__ import annotations

import logging
import random
import selectors
import signal
import time
from collections import Counter, deque
from collections.abc import Callable
from functools import partial

from radius.bell import Bell
from radius.credentials import Challenge
from radius.deciding import decide
from radius.eap.entrance import PASSED_ON, Entrance, Heard
from radius.engine import Engine
from radius.events import (
    Accept,
    AccessRequest,
    AccountingRecord,
    Alive,
    Ask,
    Drop,
    Kind,
    Nas,
    Port,
    Recorded,
    Reject,
    Resend,
    Verdict,
)
from radius.floods import Floods
from radius.held import Held
from radius.outbox import Outbox
from radius.overload import in_order
from radius.ports import Unavailable, Worker
from radius.posts import Post
from radius.relay import Relay
from radius.sockets import Datagram, Door, Inlet
from radius.suspicion import Suspicion
from radius.tracer import Tracer

log = logging.getLogger("radius.server")

AUTH_BATCH, ACCT_BATCH = 512, 256
STALE = {Port.AUTH: 3.0, Port.ACCT: 10.0}  # seconds a datagram may have waited; the router asks again
REJECT_DELAY = (1.02, 1.25)  # seconds; guessing is slow, RouterOS waits 3 s by our enrolment
SUMMARY = 60.0
_RECORDS = {each: f"record_{each}" for each in Kind}
_VERDICTS = {each: each.__name__.lower() for each in (Accept, Reject, Challenge, Recorded, Alive)}
_RECORDED = Recorded()
_Settled = tuple[Ask, Verdict, Datagram, bool, Callable[[], None] | None]


class Server:
    """One worker. `turn` is one wake-up; `run` turns until told to stop and then drains."""

    def __init__(self, worker: Worker, auth: Door, acct: Door, engine: Engine | None = None) -> None:
        self.worker = worker
        self.engine = Engine() if engine is None else engine  # an empty one is false
        self.endpoints = {Port.AUTH: auth, Port.ACCT: acct}
        self.relay = Relay()
        self.entrance = Entrance(worker.wifi, self.relay)
        self._doors: dict[Inlet, int] = {auth: AUTH_BATCH, self.relay: AUTH_BATCH}
        self._doors.setdefault(acct, ACCT_BATCH)  # RadSec has one door for both
        self.counts: Counter[str] = Counter()
        self.stopping = False
        self._settled: deque[_Settled] = deque()
        self._pending = 0
        self._held = Held()
        self._out = Outbox(self.counts)
        self.dropped: Callable[[Nas, str], None] = lambda nas, why: None
        self.tracer: Tracer | None = None  # while an operator follows packets; another thread changes it
        self.floods = Floods()
        self._summary_at = time.monotonic() + SUMMARY
        self.suspicion = Suspicion(worker, self.counts)
        self._lifeline = -1
        self._beat: Callable[[], None] = lambda: None
        self._bell = Bell()
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._bell, selectors.EVENT_READ)
        for door in self._doors:
            self._selector.register(door, selectors.EVENT_READ)

    def stop(self) -> None:
        """Drain and return from `run`; may be called from a signal handler or another thread."""
        self.stopping = True
        self._bell.ring()

    def serve(self, post: Post) -> None:
        """Run at a post of a crew: until SIGTERM, or until the parent is gone."""
        self._lifeline, self._beat = post.lifeline, post.beat
        self._selector.register(post.lifeline, selectors.EVENT_READ, data="parent")
        signal.signal(signal.SIGTERM, lambda *_: self.stop())
        self.run()

    def run(self, *, drain: float = 4.0) -> None:
        self.worker.start()
        while not self.stopping:
            self.turn(1.0)
        deadline = time.monotonic() + drain
        for endpoint in set(self.endpoints.values()):
            endpoint.deafen()
            while time.monotonic() < deadline - drain / 2 and self._hear(endpoint, AUTH_BATCH):
                pass
            self._selector.unregister(endpoint)
        while (self._pending or self._held) and time.monotonic() < deadline:
            self.turn(max(0.0, min(0.2, deadline - time.monotonic())))
        self.worker.close(max(0.5, deadline - time.monotonic()))
        self._settle()
        self.close()

    def close(self) -> None:
        self._selector.close()
        self._bell.close()
        self.relay.close()
        for endpoint in set(self.endpoints.values()):
            endpoint.close()

    def turn(self, patience: float) -> None:
        """One wake-up: what has settled, then questions, then records, then rejects whose time has come."""
        self._beat()
        if self._held:
            patience = min(patience, self._held.until_next(time.monotonic()))
        ready = {key.fileobj if key.data is None else key.data for key, _ in self._selector.select(patience)}
        if "parent" in ready:
            self.stopping = True
            self._selector.unregister(self._lifeline)
        if self._bell in ready:
            self._bell.hush()
        self._settle()
        for door, most in self._doors.items():
            if door in ready:
                self._hear(door, most)
        for reply, port, datagram in self._held.due(time.monotonic()):
            self._out.put(self.endpoints[port], reply, datagram.source, datagram.via)
        self._settle()  # whatever waits to leave goes with it
        if time.monotonic() >= self._summary_at:
            self._summary_at = time.monotonic() + SUMMARY
            log.info("radius counters", extra={"counters": dict(self.counts)})

    def _hear(self, endpoint: Inlet, most: int) -> int:
        wall, now = time.time(), time.monotonic()
        batch, take = endpoint.receive(most, wall), self._take
        for datagram in in_order(batch, wall):
            try:
                take(endpoint, datagram, wall, now)
            except Exception:
                self.suspicion.fault()
        self._out.flush()
        return len(batch)

    def _take(self, endpoint: Inlet, datagram: Datagram, wall: float, now: float) -> None:
        address = datagram.source[0]
        nas = self.worker.directory.get(address)
        if nas is None:
            self.suspicion.look_at_stranger(address, now)
        elif self.floods.shut and self.floods.refuses(nas, now):
            self._drop(nas, "flood")
        elif wall - datagram.received_at > STALE[endpoint.port]:
            self._drop(nas, "stale")
            if (tracer := self.tracer) is not None:
                tracer.heard(nas, datagram, Drop("stale"))
        else:
            self._judge(nas, endpoint.port, datagram, now)

    def _judge(self, nas: Nas, port: Port, datagram: Datagram, now: float) -> Drop | None:
        """Deal with a datagram of a known router; the Drop when it deserves no answer."""
        taken = self.engine.receive(datagram.octets, nas, datagram.source, port, now, datagram.received_at)
        if (tracer := self.tracer) is not None:
            tracer.heard(nas, datagram, taken)
        if type(taken) is Ask:
            try:
                self._consider(taken, datagram, now)
            except Exception:
                self.engine.forget(taken)
                raise
        elif type(taken) is Resend:
            self.counts["resent"] += 1
            self._out.put(self.endpoints[port], taken.reply, datagram.source, datagram.via)
        elif type(taken) is Drop:
            self._drop(nas, f"drop_{taken.reason}")
            self.suspicion.look_at_drop(nas, taken, datagram.received_at)
            if self.floods.count(nas, taken.reason, now):
                self.suspicion.alert(nas, "flood")
            return taken
        return None

    def _consider(self, ask: Ask, datagram: Datagram, now: float) -> None:
        question = ask.question
        if type(question) is AccessRequest:
            self._authorize(ask, question, datagram, now)
        elif type(question) is AccountingRecord:
            self.counts[_RECORDS[question.kind]] += 1
            self.suspicion.look_at_record(ask.nas, question, now)
            done = self._once(ask, _RECORDED, datagram, None)
            self._hand_over(ask, self.worker.store.record(question, done))
        else:
            self._reply(ask, Alive(), datagram, now)

    def _authorize(self, ask: Ask, request: AccessRequest, datagram: Datagram, now: float) -> None:
        began = time.perf_counter()
        if request.oddities:
            self.suspicion.look_at_request(request)
        at = datagram.received_at
        try:
            if request.eap is None:
                verdict = decide(self.worker.facts, request, at=at)
                heard: Heard = (request, verdict, verdict)
            else:
                deciding = partial(decide, self.worker.facts, at=at)
                heard = self.entrance.hear(request, datagram, now, deciding)
        except Unavailable:
            return self._leave(ask, "facts_unavailable")
        self._deliver(ask, heard, datagram, now, int((time.perf_counter() - began) * 1e6))

    def _deliver(self, ask: Ask, heard: Heard, datagram: Datagram, now: float, took: int) -> None:
        request, verdict, answer = heard
        at = datagram.received_at
        if type(verdict) is Reject and self._held.is_full:
            answer = "drop_rejects_full"
        if isinstance(answer, str):  # why nothing leaves
            return self._leave(ask, answer)
        if type(answer) is Accept and (answer.starts_clock or answer.binds) and answer.service_id:
            done = self._once(ask, answer, datagram, partial(self._keep, request, verdict, at, took))
            begins = (at, answer.ends_at) if answer.starts_clock else None
            started = self.worker.store.start_clock(
                ask.nas.schema, answer.service_id, begins, done, answer.binds
            )
            self._hand_over(ask, started)
            return
        if type(verdict) is Reject and verdict.delay:
            wait = random.uniform(*REJECT_DELAY)
            self._held.put(now + wait, self._answer(ask, answer, now, wait), ask.port, datagram)
        else:
            self._reply(ask, answer, datagram, now)
        self._keep(request, verdict, at, took)

    def _keep(self, request: AccessRequest, verdict: Accept | Reject | None, at: float, took: int) -> None:
        if verdict is not None:
            self.worker.store.attempt(request, verdict, at, took)

    def _hand_over(self, ask: Ask, taken: bool) -> None:
        if taken:
            self._pending += 1
        else:
            self._leave(ask, "store_full")

    def _once(
        self, ask: Ask, verdict: Verdict, datagram: Datagram, after: Callable[[], None] | None
    ) -> Callable[[bool], None]:
        """What the store calls, from whatever thread, when its part is durable or has failed."""

        def done(ok: bool) -> None:
            self._settled.append((ask, verdict, datagram, ok, after))
            self._bell.ring()

        return done

    def _settle(self) -> None:
        now = time.monotonic()
        while self._settled:
            ask, verdict, datagram, ok, after = self._settled.popleft()
            self._pending -= 1
            if not ok:
                self._leave(ask, "not_durable")
                continue
            try:
                self._reply(ask, verdict, datagram, now)
                if after is not None:
                    after()
            except Exception:
                self.engine.forget(ask)
                self.suspicion.fault()
        self._out.flush()

    def _reply(self, ask: Ask, verdict: Verdict, datagram: Datagram, now: float) -> None:
        reply = self._answer(ask, verdict, now)
        self._out.put(self.endpoints[ask.port], reply, datagram.source, datagram.via)

    def _answer(self, ask: Ask, verdict: Verdict, now: float, hold: float = 0.0) -> bytes:
        reply = self.engine.answer(ask, verdict, now, hold=hold)
        self.counts[_VERDICTS[type(verdict)]] += 1
        if (tracer := self.tracer) is not None:
            tracer.said(ask, reply, verdict, hold)
        return reply

    def _leave(self, ask: Ask, why: str) -> None:
        """Give no answer; the router asks again and is then asked anew."""
        self.engine.forget(ask)
        self._drop(ask.nas, why)
        if (tracer := self.tracer) is not None:
            tracer.left(ask, why)

    def _drop(self, nas: Nas, why: str) -> None:
        self.counts[why] += 1
        if why != PASSED_ON:
            self.dropped(nas, why)
