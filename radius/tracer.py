"""Which packets somebody asked to see. Stands beside the loop of a worker while a trace runs, and is None otherwise."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from kmikro.lib import codes, macs
from radius.attributes import number
from radius.credentials import Challenge
from radius.events import (
    Accept,
    AccessRequest,
    AccountingRecord,
    Ask,
    Drop,
    Nas,
    Reject,
    Resend,
    Source,
    Verdict,
)
from radius.octets import spell
from radius.packet import Malformed, parse
from radius.sockets import Datagram

MOST = 500  # packets of one trace
WAITING = 4096  # of all, until they are written
IN, OUT = "in", "out"
_USER_NAME, _CALLING_STATION = number("User-Name"), number("Calling-Station-Id")


class Watch(NamedTuple):
    """What one trace follows: a name (also a code, however written), a device, or all of a router. `until` in unix seconds."""

    schema: str
    trace_id: int
    subject: str  # as `key` has it; '' for a router
    router_id: int | None
    until: float


class Seen(NamedTuple):
    """A packet for one trace, still in octets; none of them for an answer that was not given."""

    watch: Watch
    at: float
    direction: str
    octets: bytes
    router_id: int
    peer: str
    outcome: str


def key(name: str) -> str:
    """How names are compared: a MAC and a code in any spelling, every other name as it is."""
    if mac := macs.normalise(name):
        return mac
    return codes.normalise(name) if codes.is_plausible(name) else name


class Tracer:
    """Called by the server's thread; another takes what it has seen out of `seen`."""

    def __init__(
        self, watches: Iterable[Watch], seen: deque[Seen], room: dict[int, int] | None = None
    ) -> None:
        self._by_schema: dict[str, list[Watch]] = {}
        for each in watches:
            self._by_schema.setdefault(each.schema, []).append(each)
        self._seen = seen
        self.room = {} if room is None else room  # of each trace, in this worker

    def heard(self, nas: Nas, datagram: Datagram, taken: Ask | Resend | Drop) -> None:
        """A datagram, and what came of it; one that is unsigned or broken is followed by what it claims to be."""
        watches = self._by_schema.get(nas.schema)
        if not watches:
            return
        outcome, found = "", _names(datagram.octets)
        if isinstance(taken, Drop):
            outcome = f"dropped: {taken.reason}"
        elif isinstance(taken, Resend):
            outcome = "asked again"
        at = datagram.received_at
        self._put(watches, found, nas.router_id, at, IN, datagram.octets, datagram.source, outcome)
        if isinstance(taken, Resend):
            again = "the same answer again"
            self._put(watches, found, nas.router_id, time.time(), OUT, taken.reply, datagram.source, again)

    def said(self, ask: Ask, reply: bytes, verdict: Verdict, hold: float = 0.0) -> None:
        """What a question was answered with, and how many seconds later the answer leaves."""
        outcome, inner = verdict.code if isinstance(verdict, Reject) else "", b""
        if isinstance(verdict, Reject | Challenge):
            inner = verdict.inner
        elif isinstance(verdict, Accept) and verdict.link is not None:
            inner = verdict.link.username
        self._said(
            ask, reply, f"{outcome}, leaves after {hold:.2f} s".lstrip(", ") if hold else outcome, inner
        )

    def left(self, ask: Ask, why: str) -> None:
        """A question that got no answer."""
        self._said(ask, b"", f"not answered: {why}")

    def _said(self, ask: Ask, reply: bytes, outcome: str, inner: bytes = b"") -> None:
        """`inner` is the name inside the tunnel of a Wi-Fi: outside it may say anything."""
        watches = self._by_schema.get(ask.nas.schema)
        if not watches:
            return
        asked = ask.question
        found: tuple[str, ...] = ("", "")
        if isinstance(asked, AccessRequest | AccountingRecord):
            found = (asked.name, asked.mac)
        if inner:
            found = (*found, spell(inner))
        at, source = time.time(), asked.source
        self._put(watches, tuple(map(key, found)), ask.nas.router_id, at, OUT, reply, source, outcome)

    def _put(
        self,
        watches: list[Watch],
        found: tuple[str, ...],
        router_id: int,
        at: float,
        direction: str,
        octets: bytes,
        source: Source,
        outcome: str,
    ) -> None:
        for watch in watches:
            followed = watch.subject in found if watch.subject else watch.router_id == router_id
            if not followed or at > watch.until or len(self._seen) >= WAITING:
                continue
            left = self.room.get(watch.trace_id, MOST)
            if left > 0:
                self.room[watch.trace_id] = left - 1
                peer = f"{source[0]}:{source[1]}"
                self._seen.append(Seen(watch, at, direction, octets, router_id, peer, outcome))


def _names(octets: bytes) -> tuple[str, ...]:
    """What a datagram calls its user and device; nothing when it cannot be read."""
    try:
        attributes = parse(octets).attributes
    except Malformed:
        return ()
    return tuple(key(spell(value)) for kind, value in attributes if kind in (_USER_NAME, _CALLING_STATION))
