"""Is a tunnel up? Judged by the age of its last handshake, and slowly: a peer that roams or flaps makes no news.

With keepalives every 25 s WireGuard shakes hands at least every two minutes and drops packets of a session that is
older than three. A tunnel is therefore lost after three minutes without a handshake, and called down a minute later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

LOST = timedelta(seconds=180)
DEBOUNCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Line:
    """Whether a tunnel counts as up, and since when it does or does not; None: since ever."""

    is_up: bool = False
    since: datetime | None = None


def judged(before: Line, handshake_at: datetime | None, now: datetime) -> Line:
    """The line after a look at it; the same object while nothing has changed."""
    age = None if handshake_at is None else now - handshake_at
    fresh = age is not None and age <= LOST
    gone = age is None or age > LOST + DEBOUNCE
    if fresh and not before.is_up:
        return Line(True, handshake_at)
    if gone and before.is_up:
        return Line(False, now)
    return before
