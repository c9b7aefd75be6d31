"""Which ISPs are to be read before anybody asks for their people, and how far that has come."""

from __future__ import annotations

import threading
from collections import OrderedDict

from radius.backoff import BackOff


class Ahead:
    """No lock of its own: its owner holds one around every call but `wait`. `now` is monotonic seconds."""

    def __init__(self) -> None:
        self._before: OrderedDict[str, int | None] = OrderedDict()  # ISPs being read, and how far
        self._read: set[str] = set()
        self._failed = BackOff()
        self._wants = threading.Event()

    def ask(self, schema: str) -> None:
        """Somebody of this ISP is not known; others will come."""
        if schema not in self._read and schema not in self._before:
            self._before[schema] = None
            self._wants.set()

    def wait(self, patience: float) -> bool:
        """Is there an ISP to read? Waits for one up to `patience` seconds."""
        return self._wants.wait(patience)

    def next(self, now: float) -> str | None:
        """The ISP to read next."""
        return next((each for each in self._before if self._failed.until(each) <= now), None)

    def before(self, schema: str) -> int | None:
        """The id below which the next page begins; None for the first page."""
        return self._before.get(schema)

    def go_on(self, schema: str, before: int | None) -> None:
        """A page was kept. `before` is where the next one begins; None when there is none."""
        self._failed.over(schema)
        if before is not None:
            self._before[schema] = before
            return
        self._read.add(schema)
        self._before.pop(schema, None)
        if not self._before:
            self._wants.clear()

    def failed(self, schema: str, now: float) -> None:
        """It could not be read: others come first, and it goes on from here after a while."""
        self._failed.again(schema, now)

    def start_over(self) -> None:
        """Everything may have changed: all that was read is to be read again."""
        again = [*self._before, *sorted(self._read)]
        self._read.clear()
        self._before.clear()
        for schema in again:
            self.ask(schema)
