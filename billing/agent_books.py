"""What a day of an agent comes to. Pure: the amounts are those of the ledger, with their signs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

# Of each kind of row, in which column of the day it counts.
COLUMNS = {
    "top_up": "top_ups",
    "sale": "sales",
    "commission": "commissions",
    "sale_back": "returns",
    "commission_back": "returns",
    "stock_return": "returns",
    "sent": "transfers",
    "received": "transfers",
    "correction": "corrections",
    "hand_over": "handed_over",
}
NAMES = tuple(dict.fromkeys(COLUMNS.values()))


@dataclass(frozen=True, slots=True)
class Figures:
    """One day, or the days since the last closing, of one agent in minor units."""

    opening: int = 0
    top_ups: int = 0
    sales: int = 0
    commissions: int = 0
    returns: int = 0
    transfers: int = 0
    corrections: int = 0
    handed_over: int = 0

    @property
    def closing(self) -> int:
        """The float at the end: the opening and everything that was booked."""
        return sum(getattr(self, field.name) for field in fields(self))

    @property
    def due(self) -> int:
        """The cash that the agent hands over: what is owed at the end. Prepaid float owes nothing."""
        return max(0, -self.closing)


def figures(opening: int, rows: Iterable[tuple[str, int]]) -> Figures:
    """From the float before and the rows of the ledger, each (kind, amount)."""
    sums = dict.fromkeys(NAMES, 0)
    for kind, amount in rows:
        sums[COLUMNS[kind]] += amount
    return Figures(opening, **sums)


def difference(due: int, counted: int) -> int:
    """What the counted cash is more (or, below zero, less) than what is due."""
    return counted - due
