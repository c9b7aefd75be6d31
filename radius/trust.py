"""May what is remembered be believed? Only while every commit would have been heard, or none can happen."""

from __future__ import annotations

FRESH = 0.9  # seconds since the listening connection last proved that it hears
COINCIDE = 1.0  # seconds for which a proof that PostgreSQL is away counts
# The longest gap between the last proof that we hear, or that PostgreSQL is away, and the next one that it is away. A busy
# machine lets us wait; that PostgreSQL rises, commits and dies again within it is not to be feared.
UNBROKEN = 3.0
LONGEST = 600.0  # seconds of an outage in which memory answers; then nobody is let in

_NEVER = float("-inf")


class Trust:
    """Decisions 17 as a small state: time is an argument, in monotonic seconds.

    Heard: a question on the listening connection was answered, so notifications before it have arrived.
    Refused: PostgreSQL itself is away, so nothing can have been committed. Anything between is doubt.
    """

    def __init__(self) -> None:
        self._listens = False
        self._heard_at = _NEVER
        self._down_since: float | None = None
        self._refused_at = _NEVER

    def heard(self, at: float) -> None:
        """A question that was asked at `at` has been answered on the listening connection."""
        self._listens = True
        self._heard_at = max(self._heard_at, at)
        self._down_since = None

    def lost(self) -> None:
        """The listening connection broke: what it told us counts from now on only as the start of an outage."""
        self._listens = False

    def refused(self, at: float) -> None:
        """PostgreSQL was found away at `at`. Only an unbroken row of such proofs from the loss on counts."""
        if self._down_since is None:
            if at - self._heard_at <= UNBROKEN:
                self._down_since = self._heard_at
        elif at - self._refused_at > UNBROKEN:
            self._down_since = None
        self._listens, self._heard_at = False, _NEVER
        self._refused_at = at

    def is_down(self, now: float) -> bool:
        """Is this the kind of outage in which memory is still the truth?"""
        if self._down_since is None or now - self._refused_at > COINCIDE:
            return False
        return now - self._down_since <= LONGEST

    def holds(self, now: float) -> bool:
        """May a remembered fact be used without reading it again?"""
        return (self._listens and now - self._heard_at <= FRESH) or self.is_down(now)
