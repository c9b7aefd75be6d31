"""Services read before anybody asks for them, page by page, once somebody of their ISP has asked."""

from __future__ import annotations

import threading
from collections import OrderedDict

from radius.lookup import Found, lookups


class Ahead:
    """No lock of its own: its owner holds one around every call but `wanted`."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[str, str], Found] = OrderedDict()
        self._before: OrderedDict[str, int | None] = OrderedDict()  # ISPs being read, and how far
        self._read: set[str] = set()
        self._wants = threading.Event()

    def __len__(self) -> int:
        return len(self._found)

    def ask(self, schema: str) -> None:
        """Somebody of this ISP is not known; others will come."""
        if schema not in self._read and schema not in self._before:
            self._before[schema] = None
            self._wants.set()

    def wanted(self, patience: float) -> str | None:
        """The ISP to read next, waiting for one up to `patience` seconds."""
        return next(iter(self._before), None) if self._wants.wait(patience) else None

    def before(self, schema: str) -> int | None:
        """The id below which the next page begins; None for the first page."""
        return self._before.get(schema)

    def put(self, schema: str, page: list[Found], before: int | None) -> None:
        """Keep a page. `before` is where the next one begins; None when there is none."""
        for each in page:
            self._found[schema, each.lookup] = each
        if before is not None:
            self._before[schema] = before
            return
        self._read.add(schema)
        self.set_aside(schema)

    def set_aside(self, schema: str) -> None:
        """Read no further in this ISP, until somebody asks again if it was not read to its end."""
        self._before.pop(schema, None)
        if not self._before:
            self._wants.clear()

    def take(self, schema: str, username: bytes) -> Found | None:
        """Give a service to whoever remembers it by name. Only the exact name counts: another may come before it."""
        if not self._found:
            return None
        digests = lookups(schema, username)
        return self._found.pop((schema, digests[0]), None) if digests else None

    def drop_one(self) -> bool:
        """Make room; False when there is nothing to drop."""
        if not self._found:
            return False
        self._found.popitem(last=False)
        return True

    def forget(self, schema: str, mark: str) -> None:
        """A service changed; or a plan, then the ISP is read again from the start."""
        kind, _, name = mark.partition(" ")
        if kind == "s":
            self._found.pop((schema, name), None)
            return
        stale = [
            key
            for key, each in self._found.items()
            if key[0] == schema and str(each.facts.plan.plan_id) == name
        ]
        for key in stale:
            del self._found[key]
        if stale:
            self._read.discard(schema)
            self._before.pop(schema, None)
            self.ask(schema)

    def clear(self) -> None:
        """Everything may have changed: all that was read is to be read again."""
        self._found.clear()
        again = [*self._before, *sorted(self._read)]
        self._read.clear()
        self._before.clear()
        for schema in again:
            self.ask(schema)
