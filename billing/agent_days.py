"""Days of an agent: what was booked on each, and closing them with counted cash so that they never change again."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet, Sum

from accounts.journal import Actor, record
from billing import agent_books, agent_ledger, agent_stock
from billing.agent_books import Figures
from billing.agent_ledger import Given, Kind
from billing.agent_models import Agent, AgentDay, AgentEntry
from kmikro.lib.money import LARGEST
from kmikro.lib.refusal import Refusal


def before(agent: Agent, day: date) -> int:
    """The float with which a day begins."""
    rows = AgentEntry.objects.filter(agent=agent, day__lt=day)
    return rows.aggregate(sum=Sum("amount_minor"))["sum"] or 0


def figures(agent: Agent, first: date, last: date) -> Figures:
    """What the days from `first` to `last` come to, out of the ledger."""
    rows = AgentEntry.objects.filter(agent=agent, day__gte=first, day__lte=last)
    sums = rows.order_by().values_list("kind").annotate(sum=Sum("amount_minor"))
    return agent_books.figures(before(agent, first), sums)


def today(now: datetime) -> date:
    """The ISP's calendar day."""
    return now.astimezone(agent_ledger.zone()).date()


def open_since(agent: Agent, at: date) -> date:
    """The first day that is not closed yet."""
    if agent.closed_until is not None:
        return agent.closed_until + timedelta(days=1)
    oldest = AgentEntry.objects.filter(agent=agent).order_by("day").values_list("day", flat=True).first()
    return min(oldest or at, at)


def by_day(agent: Agent) -> "QuerySet[Any]":
    """One row for each day on which something was booked, newest first, with a sum for each column."""
    columns = {
        name: Sum(
            "amount_minor",
            filter=Q(kind__in=[kind for kind, at in agent_books.COLUMNS.items() if at == name]),
            default=0,
        )
        for name in agent_books.NAMES
    }
    rows: QuerySet[Any] = AgentEntry.objects.filter(agent=agent).order_by("-day").values("day")
    summed: QuerySet[Any] = rows.annotate(**columns)
    return summed


def in_figures(agent: Agent, rows: Sequence[dict[str, object]]) -> list[tuple[date, Figures]]:
    """Rows of `by_day`, newest first and without gaps between them, as figures with their opening."""
    made: list[tuple[date, Figures]] = []
    opening = before(agent, _day(rows[-1])) if rows else 0
    for row in reversed(rows):
        found = Figures(opening, **{name: int(str(row[name])) for name in agent_books.NAMES})
        made.append((_day(row), found))
        opening = found.closing
    return made[::-1]


def _day(row: dict[str, object]) -> date:
    found = row["day"]
    assert isinstance(found, date)
    return found


def close(
    agent: Agent, day: date, counted_minor: int, *, by: Actor, now: datetime, why: str = "", write_off: bool = False
) -> AgentDay:  # fmt: skip
    """Close all open days up to this one: the counted cash is booked, what is missing stays owed or is written off."""
    reason = " ".join(why.replace("\0", "").split())[:200]
    if not 0 <= counted_minor <= LARGEST:
        raise Refusal("bad_amount", "The counted cash is zero or more.", field="counted")
    with transaction.atomic():
        held = agent_ledger.locked(agent.pk)
        there = AgentDay.objects.filter(agent=held, day=day).first()
        if there is not None and (there.counted_minor, there.why) == (counted_minor, reason):
            return there  # sent twice
        _may_be_closed(held, day, now)
        first = min(open_since(held, day), day)
        found = figures(held, first, day)
        difference = agent_books.difference(found.due, counted_minor)
        if difference and not reason:
            word = "too much" if difference > 0 else "missing"
            text = f"{agent_ledger.shown(held, abs(difference))} are {word}. Say why: it stays with the day."
            raise Refusal("no_reason", text, field="why")
        rows = [Given(Kind.HAND_OVER, counted_minor, f"{day:%d %b %Y} closed")] if counted_minor else []
        written_off = -difference if write_off and difference < 0 else 0
        if written_off:
            rows.append(Given(Kind.CORRECTION, written_off, f"Written off, {day:%d %b %Y}: {reason}"))
        agent_ledger.post(held, rows, by=by, now=now, day=day)
        held.closed_until = day
        held.save(update_fields=["closed_until"])
        made = AgentDay.objects.create(
            agent=held, first=first, day=day, closing_minor=found.closing, due_minor=found.due, counted_minor=counted_minor,
            difference_minor=difference, written_off_minor=written_off,
            balance_minor=found.closing + counted_minor + written_off, why=reason, closed_at=now, closed_by=by.name[:140],
            **{f"{name}_minor": value for name, value in asdict(found).items()},
        )  # fmt: skip
        facts = {"day": f"{day}", "due_minor": found.due, "counted_minor": counted_minor, "why": reason}
        record(by, "agent.close_day", held, now=now, **facts)
    return made


def _may_be_closed(agent: Agent, day: date, now: datetime) -> None:
    if day > today(now):
        raise Refusal("not_yet", "A day is closed when it has come.", field="day")
    if agent.closed_until is not None and day <= agent.closed_until:
        text = f"Everything up to {agent.closed_until:%d %b %Y} is closed. What was wrong is put right by a correction."
        raise Refusal("closed", text, field="day")
    if (used := agent_stock.unpaid(agent).count()) != 0:
        raise Refusal("unpaid", f"{used} codes were used and not sold. Book them on the stock page first.")
