"""What a router may send that is no RADIUS of ours: a bucket each, so that a flood of one harms no other.

What is valid never counts, however much it is. Whoever has spent the bucket is not read at all until it has a token
again, since reading and checking signatures is what a flood would cost us.
"""

from __future__ import annotations

from radius.events import Nas

PER_SECOND = 200  # invalid datagrams of one router, in one worker
BURST = 2  # seconds' worth of them at once
_WELCOME = frozenset({"in_progress", "router_busy", "full"})  # dropped, but nothing is wrong with them
_Key = tuple[str, int]


class Floods:
    """`now` is monotonic seconds. `shut` is empty as long as nobody floods: one look tells that there is no more to ask."""

    def __init__(self, per_second: int = PER_SECOND) -> None:
        self._rate = per_second
        self._buckets: dict[
            _Key, tuple[float, float]
        ] = {}  # tokens at a time; one for each router that erred
        self.shut: dict[_Key, float] = {}  # until when

    def refuses(self, nas: Nas, now: float) -> bool:
        """Is this router to go unread now?"""
        key = (nas.schema, nas.router_id)
        until = self.shut.get(key)
        if until is None:
            return False
        if now < until:
            return True
        del self.shut[key]
        return False

    def count(self, nas: Nas, reason: str, now: float) -> bool:
        """A datagram was dropped for this reason; True when the router goes unread from now on."""
        if not self._rate or reason in _WELCOME:
            return False
        key, most = (nas.schema, nas.router_id), float(self._rate * BURST)
        tokens, at = self._buckets.get(key, (most, now))
        tokens = min(most, tokens + (now - at) * self._rate) - 1
        self._buckets[key] = (tokens, now)
        if tokens >= 1:
            return False
        self.shut[key] = now + (1 - tokens) / self._rate
        return True
