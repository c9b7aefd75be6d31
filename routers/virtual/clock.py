"""Two clocks of a router: the calendar it believes in, and session time that can run faster than life."""

import time
from datetime import UTC, datetime

_NOT_SET = datetime(1970, 1, 2, tzinfo=UTC).timestamp()


class Clock:
    """`speed` 60 makes a minute of session time pass in a second; `lost` puts the calendar to 1970."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self.lost = False
        self._started = time.monotonic()
        self._ahead = 0.0

    def seconds(self) -> float:
        """Session time since power-on, in (possibly hurried) seconds."""
        return (time.monotonic() - self._started) * self.speed + self._ahead

    def uptime(self) -> float:
        """Real seconds since power-on."""
        return time.monotonic() - self._started + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass at once; for tests and rehearsals."""
        self._ahead += seconds

    def restart(self) -> None:
        """Power came back: uptime begins again."""
        self._started, self._ahead = time.monotonic(), 0.0

    def now(self) -> datetime:
        """The calendar as the router sees it, UTC."""
        if self.lost:
            return datetime.fromtimestamp(_NOT_SET + self.uptime(), UTC)
        return datetime.now(UTC)
