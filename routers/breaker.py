"""A circuit breaker for each router: after failures in a row nobody calls for a while, then one call tries again.

Pure: `now` and the dice come as arguments. Nothing but the three values of a Breaker is kept in the database.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

OPENS_AFTER = 3  # failures in a row
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)
JITTER = 0.25  # of a pause, so that routers behind one broken link do not come back in one moment


class State(StrEnum):
    """closed: calls go out; open: they do not; half: the pause is over and the next call is a trial."""

    CLOSED = "closed"
    OPEN = "open"
    HALF = "half"


@dataclass(frozen=True, slots=True)
class Breaker:
    """Failures in a row, and until when nobody calls."""

    failures: int = 0
    until: datetime | None = None

    def state(self, now: datetime) -> State:
        if self.until is None:
            return State.CLOSED
        return State.OPEN if now < self.until else State.HALF

    def allows(self, now: datetime) -> bool:
        """Whether a call may go out."""
        return self.state(now) is not State.OPEN


def failed(before: Breaker, *, now: datetime, dice: float, at_once: bool = False) -> Breaker:
    """After a failure; dice is a number from 0 up to 1; at_once opens it without waiting for more failures."""
    failures = max(before.failures + 1, OPENS_AFTER if at_once else 0)
    if failures < OPENS_AFTER:
        return Breaker(failures)
    return Breaker(failures, now + pause(failures - OPENS_AFTER, dice))


def pause(step: int, dice: float) -> timedelta:
    """Doubles with every step up to the longest, spread by the jitter."""
    length = min(FIRST_PAUSE * (1 << min(step, 16)), LONGEST_PAUSE)
    return length * (1 + JITTER * (2 * dice - 1))
