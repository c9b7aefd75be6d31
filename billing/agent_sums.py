"""What an agent earns on a voucher, and what several come to. Pure: integers of minor units, one named rounding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

WHOLE = 10_000  # hundredths of a percent
MOST_LEVELS = 3  # an agent, one below, one below that


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for an agent and a plan. None: the price of the voucher; the commission decides what is paid."""

    commission: int = 0  # hundredths of a percent of the price
    sells_for_minor: int | None = None
    pays_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One voucher: what the customer pays, and how much of it the agent keeps."""

    price_minor: int
    commission_minor: int

    @property
    def net_minor(self) -> int:
        """What the agent owes the ISP for it."""
        return self.price_minor - self.commission_minor


def half_up(price_minor: int, commission: int) -> int:
    """That part of a price in whole minor units; exactly half a unit goes to the agent. Named in docs/agents.md."""
    return (2 * price_minor * commission + WHOLE) // (2 * WHOLE)


def line(price_minor: int, terms: Terms) -> Line:
    """One voucher of this price: the agent never keeps more than the customer pays, and never pays on top."""
    price = price_minor if terms.sells_for_minor is None else terms.sells_for_minor
    if terms.pays_minor is not None:
        return Line(price, max(0, price - terms.pays_minor))
    return Line(price, min(price, half_up(price, terms.commission)))


def total(lines: Iterable[Line]) -> Line:
    """Each line is rounded by itself, and the sum of the lines is the total."""
    found = list(lines)
    return Line(sum(each.price_minor for each in found), sum(each.commission_minor for each in found))


def is_covered(balance_minor: int, limit_minor: int, net_minor: int) -> bool:
    """Whether float and credit pay for it."""
    return balance_minor + limit_minor >= net_minor
