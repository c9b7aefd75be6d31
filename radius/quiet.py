"""Say a thing once a while, however often it happens."""

from __future__ import annotations

_MOST = 4096


class Quiet:
    """Tells whether something may be said again; forgets everything rather than grow without end."""

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self._said: dict[str, float] = {}

    def may(self, what: str, now: float) -> bool:
        """True at most once per pause for each `what`; `now` in seconds of any steady clock."""
        last = self._said.get(what)
        if last is not None and now - last < self._pause:
            return False
        if len(self._said) >= _MOST:
            self._said.clear()
        self._said[what] = now
        return True
