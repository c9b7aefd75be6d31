"""Say a thing once a while, however often it happens."""

from __future__ import annotations

_MOST = 4096


class Quiet:
    """Tells whether something may be said again; forgets everything rather than grow without end.

    With `most`, at most that many different things are said in one pause: for what strangers can invent.
    """

    def __init__(self, pause: float, most: int | None = None) -> None:
        self._pause = pause
        self._most = most
        self._said: dict[str, float] = {}
        self._count, self._since = 0, float("-inf")

    def may(self, what: str, now: float) -> bool:
        """True at most once per pause for each `what`; `now` in seconds of any steady clock."""
        last = self._said.get(what)
        if last is not None and now - last < self._pause:
            return False
        if self._most is not None:
            if now - self._since >= self._pause:
                self._count, self._since = 0, now
            if self._count >= self._most:
                return False
            self._count += 1
        if len(self._said) >= _MOST:
            self._said.clear()
        self._said[what] = now
        return True
