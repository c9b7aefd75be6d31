"""Leaving one ISP's database work alone for a while, so that its trouble costs the others nothing."""

from __future__ import annotations

PAUSES = (1.0, 8.0)  # seconds after the first failure, and at most; doubled in between


class BackOff:
    """Who failed, and until when nobody tries again. `now` is monotonic seconds."""

    def __init__(self) -> None:
        self._waits: dict[str, tuple[float, float]] = {}  # until when, and how long that was

    def until(self, schema: str) -> float:
        return self._waits[schema][0] if schema in self._waits else float("-inf")

    def again(self, schema: str, now: float) -> None:
        """It failed once more."""
        _, last = self._waits.get(schema, (0.0, PAUSES[0] / 2))
        pause = min(last * 2, PAUSES[1])
        self._waits[schema] = (now + pause, pause)

    def over(self, schema: str) -> None:
        """It works."""
        self._waits.pop(schema, None)
