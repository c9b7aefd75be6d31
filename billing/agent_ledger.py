"""An agent's ledger: every amount is a row, the balance is their sum, and the agent's row is locked meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.journal import Actor, record
from billing.agent_models import Agent, AgentEntry
from billing.stock_models import Sale
from kmikro.lib.money import LARGEST
from kmikro.lib.refusal import Refusal
from kmikro.ui import formats
from tenants import zones

Kind = AgentEntry.Kind


@dataclass(frozen=True, slots=True)
class Given:
    """A row that is to be written; the amount has its sign."""

    kind: str
    amount_minor: int
    text: str = ""
    other: Agent | None = None
    key: str = ""
    sale: Sale | None = None


def zone() -> ZoneInfo:
    """The ISP's time zone."""
    return zones.own()


def locked(agent_id: int) -> Agent:
    """The agent, whom nobody else books for until the transaction ends."""
    return Agent.objects.select_for_update(of=("self",), no_key=True).get(pk=agent_id)


def day_for(agent: Agent, now: datetime) -> date:
    """The day on which something that happens now is booked: today, or the first that is not closed."""
    today = now.astimezone(zone()).date()
    closed = agent.closed_until
    return today if closed is None or closed < today else closed + timedelta(days=1)


def shown(agent: Agent, minor: int) -> str:
    return formats.amount(minor, agent.currency)


def post(
    agent: Agent, rows: Sequence[Given], *, by: Actor, now: datetime, day: date | None = None
) -> list[AgentEntry]:
    """Write rows for an agent who is `locked`. Raises Refusal where one would lead below zero or the limit."""
    on = day or day_for(agent, now)
    made = []
    balance, number = agent.balance_minor, agent.entries
    for row in rows:
        balance, number = balance + row.amount_minor, number + 1
        if row.amount_minor < 0 and balance + agent.limit_minor < 0:
            raise too_little(agent, -row.amount_minor)
        made.append(
            AgentEntry(
                agent=agent, number=number, at=now, day=on, kind=row.kind, amount_minor=row.amount_minor, balance_minor=balance,
                limit_minor=agent.limit_minor, other=row.other, sale=row.sale, text=row.text[:200], by=by.name[:140], key=row.key,
            )
        )  # fmt: skip
    AgentEntry.objects.bulk_create(made)
    agent.balance_minor, agent.entries = balance, number
    agent.save(update_fields=["balance_minor", "entries"])
    return made


def too_little(agent: Agent, needed_minor: int) -> Refusal:
    has = shown(agent, agent.balance_minor)
    if agent.is_prepaid:
        text = f"{agent.name}'s float is {has}, and this takes {shown(agent, needed_minor)}. Top it up first."
    else:
        text = (
            f"{agent.name} stands at {has} with a limit of {shown(agent, agent.limit_minor)}, and this takes "
            f"{shown(agent, needed_minor)}. Take in cash first, or raise the limit."
        )
    return Refusal("float_short", text, field="amount")


def top_up(
    agent: Agent, amount_minor: int, *, by: Actor, now: datetime, text: str = "", key: str = ""
) -> AgentEntry:
    """The agent pays cash to the ISP: it becomes float, or pays back what is owed."""
    _positive(amount_minor)
    with transaction.atomic():
        held = locked(agent.pk)
        if (there := _sent_before(held, key, Kind.TOP_UP, amount_minor)) is not None:
            return there
        (made,) = post(held, [Given(Kind.TOP_UP, amount_minor, _line(text), key=key)], by=by, now=now)
        record(by, "agent.top_up", held, now=now, amount_minor=amount_minor, balance_minor=held.balance_minor)
    return made


def correct(
    agent: Agent, amount_minor: int, why: str, *, by: Actor, now: datetime, key: str = ""
) -> AgentEntry:
    """Put something right, up or down, with the reason in the row."""
    reason = _line(why)
    if not reason:
        raise Refusal("no_reason", "Say why: the reason stands in the ledger for ever.", field="text")
    if amount_minor == 0 or abs(amount_minor) > LARGEST:
        raise Refusal("bad_amount", "The amount of a correction is not zero.", field="amount")
    with transaction.atomic():
        held = locked(agent.pk)
        if (there := _sent_before(held, key, Kind.CORRECTION, amount_minor)) is not None:
            return there
        (made,) = post(held, [Given(Kind.CORRECTION, amount_minor, reason, key=key)], by=by, now=now)
        record(by, "agent.correct", held, now=now, amount_minor=amount_minor, why=reason)
    return made


def send(
    giver: Agent, receiver: Agent, amount_minor: int, *, by: Actor, now: datetime, key: str = ""
) -> AgentEntry:
    """Move float from an agent to one directly below; returns the giver's row."""
    _positive(amount_minor)
    with transaction.atomic():
        # In the order of their keys, so that two who send at once never wait for each other.
        both = {pk: locked(pk) for pk in sorted({giver.pk, receiver.pk})}
        giver, receiver = both[giver.pk], both[receiver.pk]
        if (there := _sent_before(giver, key, Kind.SENT, -amount_minor)) is not None:
            return there
        if receiver.parent_id != giver.pk:
            raise Refusal("not_below", f"{receiver.name} is not directly below {giver.name}.", field="to")
        for each in (giver, receiver):
            if not each.is_active:
                raise stopped(each)
        if giver.currency != receiver.currency:
            raise Refusal("other_currency", f"{receiver.name} is kept in {receiver.currency}.", field="to")
        text = f"To {receiver.name}"
        (made,) = post(giver, [Given(Kind.SENT, -amount_minor, text, receiver, key)], by=by, now=now)
        back = Given(Kind.RECEIVED, amount_minor, f"From {giver.name}", giver)
        post(receiver, [back], by=by, now=now)
        record(by, "agent.send", giver, now=now, to=receiver.name, amount_minor=amount_minor)
    return made


def stopped(agent: Agent) -> Refusal:
    return Refusal("agent_stopped", f"{agent.name} is stopped. Take them up again first.")


def _sent_before(agent: Agent, key: str, kind: str, amount_minor: int) -> AgentEntry | None:
    """The row that a form or a program has sent before under this key."""
    there = AgentEntry.objects.filter(agent=agent, key=key).first() if key else None
    if there is not None and (there.kind, there.amount_minor) != (kind, amount_minor):
        raise Refusal("key_reused", "This form was sent before with another amount. Open it anew.")
    return there


def _positive(amount_minor: int) -> None:
    if not 0 < amount_minor <= LARGEST:
        raise Refusal("bad_amount", "The amount must be more than zero.", field="amount")


def _line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:200]
