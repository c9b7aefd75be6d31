"""Failed sign-ins of one address on the internet: after a burst it waits, a carrier's many routers less than a guesser.

A bucket for each address: each failure takes a piece, time gives them back. How many are remembered has a bound.
"""

from collections import OrderedDict

BURST = 30
EVERY = 2.0  # seconds until one is forgiven
MOST = 10_000


class Guesses:
    """Who has failed of late."""

    def __init__(self) -> None:
        self._full_at: OrderedDict[str, float] = OrderedDict()  # when all will be forgiven

    def failed(self, source: str, now: float) -> None:
        begin = max(now, self._full_at.pop(source, now))
        self._full_at[source] = min(begin + EVERY, now + EVERY * BURST)
        if len(self._full_at) > MOST:
            self._full_at.popitem(last=False)

    def may_try(self, source: str, now: float) -> bool:
        left = self._full_at.get(source, now) - now
        if left <= 0:
            self._full_at.pop(source, None)
        return left < EVERY * BURST - EVERY / 2
