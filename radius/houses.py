"""What each ISP gives instead of refusals, in memory; the database tells when it changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from radius.terms import Fallback

House = Mapping[str, Fallback]


class Houses:
    """Kept as long as the listener is trusted. A read that raced with news is used once and not kept."""

    def __init__(self, read: Callable[[str], House]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._kept: dict[str, House] = {}
        self._news = 0

    def of(self, schema: str, *, trusted: bool) -> House:
        """By reason. Raises Unavailable when it has to be read and cannot be."""
        with self._lock:
            known, news = self._kept.get(schema) if trusted else None, self._news
        if known is not None:
            return known
        house = self._read(schema)
        with self._lock:
            if trusted and news == self._news:
                self._kept[schema] = house
        return house

    def forget(self, schema: str) -> None:
        with self._lock:
            self._news += 1
            self._kept.pop(schema, None)

    def forget_all(self) -> None:
        with self._lock:
            self._news += 1
            self._kept.clear()
