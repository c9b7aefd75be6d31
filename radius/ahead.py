"""Which ISPs are to be read before anybody asks for their people, and how far that has come."""

from __future__ import annotations

import threading
from collections import OrderedDict


class Ahead:
    """No lock of its own: its owner holds one around every call but `wanted`."""

    def __init__(self) -> None:
        self._before: OrderedDict[str, int | None] = OrderedDict()  # ISPs being read, and how far
        self._paused: dict[str, int | None] = {}  # ISPs that could not be read on, and how far that had come
        self._read: set[str] = set()
        self._wants = threading.Event()

    def ask(self, schema: str) -> None:
        """Somebody of this ISP is not known; others will come."""
        if schema not in self._read and schema not in self._before:
            self._before[schema] = self._paused.pop(schema, None)
            self._wants.set()

    def wanted(self, patience: float) -> str | None:
        """The ISP to read next, waiting for one up to `patience` seconds."""
        return next(iter(self._before), None) if self._wants.wait(patience) else None

    def before(self, schema: str) -> int | None:
        """The id below which the next page begins; None for the first page."""
        return self._before.get(schema)

    def go_on(self, schema: str, before: int | None) -> None:
        """A page was kept. `before` is where the next one begins; None when there is none."""
        if before is not None:
            self._before[schema] = before
            return
        self._read.add(schema)
        self._drop(schema)

    def set_aside(self, schema: str) -> None:
        """Read no further in this ISP until somebody asks again; then from here on."""
        if schema in self._before:
            self._paused[schema] = self._before[schema]
            self._drop(schema)

    def _drop(self, schema: str) -> None:
        self._before.pop(schema, None)
        if not self._before:
            self._wants.clear()

    def start_over(self) -> None:
        """Everything may have changed: all that was read is to be read again."""
        again = [*self._before, *self._paused, *sorted(self._read)]
        for each in (self._read, self._before, self._paused):
            each.clear()
        for schema in again:
            self.ask(schema)
