"""What was counted in the last minute: the difference between counters now and as they were then."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

SPAN = 60.0  # seconds
STEP = 6.0  # seconds between two copies that are kept
Counts = Mapping[tuple[str, int, str], int]
Row = list[str | int]


class Window:
    """Copies of counters, the oldest about SPAN old; `now` in seconds of any steady clock."""

    def __init__(self, now: float) -> None:
        self._past: deque[tuple[float, dict[str, dict[tuple[str, int, str], int]]]] = deque([(now, {})])

    def since(self, now: float, counts: Mapping[str, Counts]) -> dict[str, float | list[Row]]:
        """How many seconds the window is long, and by name what was counted in it."""
        past = self._past
        while len(past) > 1 and now - past[1][0] >= SPAN:
            past.popleft()
        began, then = past[0]
        if now - past[-1][0] >= STEP:
            past.append((now, {name: dict(each) for name, each in counts.items()}))
        told: dict[str, float | list[Row]] = {"seconds": max(now - began, 0.001)}
        for name, each in counts.items():
            before = then.get(name, {})
            told[name] = [
                [*key, count - before.get(key, 0)]
                for key, count in list(each.items())
                if count != before.get(key, 0)
            ]
        return told
