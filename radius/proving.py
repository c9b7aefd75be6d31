"""Does a router keep to the speed that it agreed to? Its reports tell: an ACK is not belief. Pure."""

from __future__ import annotations

LATER, BEGIN, KEPT, BROKEN = "later", "begin", "kept", "broken"
ENOUGH = 50  # seconds of a session between two reports that can be compared
TOLERANCE = 1.3  # what queues let through above their limit, bursts of their buckets included
SLACK = 2_000_000  # octets that were on their way
MOST_TRIES = 2  # by CoA, before the session is ended
NOT_KEPT = "The router agreed, but the session is faster than that. It is asked again."


def look(told_bytes: int | None, told_seconds: int, *, download: int, seconds: int, limit_bps: int) -> str:
    """Compare the counters of a session with those of an earlier report.

    The first report after an ACK (`told_bytes` None, `told_seconds` the report before it) holds traffic of both
    speeds, so comparing begins with it. Little traffic proves nothing and is taken as kept.
    """
    if not limit_bps:
        return KEPT
    if told_bytes is None:
        return BEGIN if seconds > told_seconds else LATER
    passed = seconds - told_seconds
    if passed < ENOUGH:
        return LATER
    return BROKEN if download - told_bytes > limit_bps / 8 * passed * TOLERANCE + SLACK else KEPT
