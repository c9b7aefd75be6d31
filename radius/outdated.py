"""Which services and plans changed and are to be read anew, by ISP, in the order in which that was told."""

from __future__ import annotations

import threading

AT_ONCE = 200  # services read together


class Outdated:
    """No lock of its own: its owner holds one around every call but `wait`."""

    def __init__(self, most: int) -> None:
        self._most = most  # services of one ISP; those beyond it are read when somebody asks
        self._wanted: dict[str, tuple[dict[str, None], set[int]]] = {}  # digests and plans
        self._event = threading.Event()

    def wait(self, patience: float) -> bool:
        """Is there something? Waits for it up to `patience` seconds."""
        return self._event.wait(patience)

    def service(self, schema: str, lookup: str) -> None:
        digests = self._of(schema)[0]
        if len(digests) < self._most:
            digests[lookup] = None

    def plan(self, schema: str, plan_id: int) -> None:
        self._of(schema)[1].add(plan_id)

    def take(self) -> tuple[str, list[str], set[int]] | None:
        """Some of one ISP: its schema, digests of services, ids of plans."""
        schema = next(iter(self._wanted), None)
        if schema is None:
            self._event.clear()
            return None
        wanted, plans = self._wanted.pop(schema)
        digests = list(wanted)
        if later := digests[AT_ONCE:]:
            self._wanted[schema] = (dict.fromkeys(later), set())
        return schema, digests[:AT_ONCE], plans

    def clear(self) -> None:
        self._wanted.clear()

    def _of(self, schema: str) -> tuple[dict[str, None], set[int]]:
        self._event.set()
        return self._wanted.setdefault(schema, ({}, set()))
