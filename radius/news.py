"""What changed lately, so that a read that raced with the news of a change is known for what it is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

MOST = 8_192
Mark = tuple[str, str]  # schema, and how the database names what changed


class News:
    """Counts changes. Those too long ago to be told apart count as changes of everything."""

    def __init__(self, most: int = MOST) -> None:
        self.count = 0
        self._everything_at = 0
        self._last: OrderedDict[Mark, int] = OrderedDict()
        self._most = most

    def of(self, mark: Mark) -> None:
        self.count += 1
        self._last.pop(mark, None)
        self._last[mark] = self.count
        if len(self._last) > self._most:
            self._everything_at = self._last.popitem(last=False)[1]

    def of_everything(self) -> None:
        self.count += 1
        self._everything_at = self.count
        self._last.clear()

    def since(self, count: int, marks: Iterable[Mark]) -> bool:
        """Was there news of any of these after the count stood at `count`?"""
        return self._everything_at > count or any(self._last.get(mark, 0) > count for mark in marks)
