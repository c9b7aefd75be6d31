"""Periods of a service that is renewed: when the next one begins and ends, and what comes along of what is left. Pure.

A renewal before the end follows on it, one after the end begins at once. Periods that follow on one another are counted
from the first of them, so that a month of 31 January ends on 28 February and the one after on 31 March.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo

from kmikro.lib import validity
from kmikro.lib.validity import Validity

NOTHING, EARLY, ALWAYS = "", "early", "always"


@dataclass(frozen=True, slots=True)
class Term:
    """Unix seconds; `anchor` is the beginning of the first period in a row, of which this is number `nth`."""

    begins: float
    ends: float | None
    anchor: float
    nth: int


def following(
    last: Term | None, ends: float | None, now: float, valid: Validity | None, zone: tzinfo
) -> Term:
    """The next period of a service whose end is `ends` now; `last` is the period before it, where one is known.

    Where somebody has moved the end since, the row begins anew at that end. Raises OverflowError beyond the calendar.
    """
    if valid is None:
        return Term(now, None, now, 1)
    if ends is None or ends <= now:
        return Term(now, validity.end(now, valid, zone), now, 1)
    if last is not None and last.ends is not None and abs(last.ends - ends) < 1:
        number = last.nth + 1
        return Term(ends, validity.nth_end(last.anchor, valid, number, zone), last.anchor, number)
    return Term(ends, validity.end(ends, valid, zone), ends, 1)


def first(begun: float, ends: float | None, valid: Validity | None, zone: tzinfo) -> Term | None:
    """The period that a service was sold with, where its end still is the one that the sale gave it."""
    if valid is None or ends is None:
        return None
    term = Term(begun, validity.end(begun, valid, zone), begun, 1)
    return term if term.ends is not None and abs(term.ends - ends) < 1 else None


def carried(limit: int | None, extra: int, used: int, *, runs: bool, rule: str, most: int | None) -> int:
    """Bytes that come along: of the limit and what was added to it, what is not used; never more than `most`."""
    comes = rule == ALWAYS or (rule == EARLY and runs)
    if limit is None or not comes:
        return 0
    left = max(0, limit + extra - used)
    return left if most is None else min(left, most)
