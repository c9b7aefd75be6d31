"""A bounded queue whose reader takes everything that waits: while one batch commits, the next one gathers."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Queue(Generic[Item]):
    """Many writers, one reader. Full means no; closing wakes the reader, which may still take what is left."""

    def __init__(self, most: int, batch: int) -> None:
        self._most, self._batch = most, batch
        self._items: deque[Item] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        return len(self._items)

    @property
    def closed(self) -> bool:
        return self._closed

    def put(self, item: Item) -> bool:
        with self._changed:
            if self._closed or len(self._items) >= self._most:
                return False
            self._items.append(item)
            if len(self._items) == 1:
                self._changed.notify()
        return True

    def linger(self, seconds: float) -> None:
        """Let items gather, unless the queue is closed or holds a whole batch; for the reader."""
        if seconds > 0 and not self._closed and len(self._items) < self._batch:
            time.sleep(seconds)

    def take(self, patience: float | None = None) -> list[Item]:
        """The next batch; empty after `patience` seconds without any, or when closed and empty."""
        with self._changed:
            if not self._items and not self._closed:
                self._changed.wait(patience)
            count = min(len(self._items), self._batch)
            return [self._items.popleft() for _ in range(count)]

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
