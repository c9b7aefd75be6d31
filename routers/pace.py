"""How often a router is asked: more often while it is down, changed or busy, less often while all is quiet. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MISSING = timedelta(seconds=15)  # gone, but not yet called down
BUSY = timedelta(seconds=30)
USUAL = timedelta(seconds=60)
QUIET = timedelta(seconds=120)
BUSY_CPU = 80  # percent
CHANGED_FOR = timedelta(minutes=10)
QUIET_BELOW = 10  # percent of CPU, with nobody online
COMPARE = timedelta(minutes=15)  # between two comparisons of a router that is as it should be
COMPARE_SOON = timedelta(minutes=5)  # after a difference or a failure
JITTER = 0.1


@dataclass(frozen=True, slots=True)
class Seen:
    """What the pace depends on."""

    answered: bool
    cpu: int | None = None
    online: int = 0
    changed_at: datetime | None = None
    has_open_incident: bool = False


def until_next(seen: Seen, *, now: datetime, dice: float) -> timedelta:
    """How long until the router is asked again."""
    return _spread(_plain(seen, now), dice)


def _plain(seen: Seen, now: datetime) -> timedelta:
    if not seen.answered:
        return MISSING
    recently = seen.changed_at is not None and now - seen.changed_at < CHANGED_FOR
    if recently or seen.has_open_incident or (seen.cpu is not None and seen.cpu >= BUSY_CPU):
        return BUSY
    if seen.online == 0 and seen.cpu is not None and seen.cpu < QUIET_BELOW:
        return QUIET
    return USUAL


def until_comparison(differed: bool, *, dice: float) -> timedelta:
    """How long until the router is compared again with what it should be."""
    return _spread(COMPARE_SOON if differed else COMPARE, dice)


def _spread(length: timedelta, dice: float) -> timedelta:
    return length * (1 + JITTER * (2 * dice - 1))
