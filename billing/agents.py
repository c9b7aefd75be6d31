"""Agents: made, changed, stopped and taken up again, with prices of their own and agents below them."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from accounts.journal import Actor, record
from accounts.models import User
from accounts.roles import Role
from billing.agent_models import Agent, AgentPrice
from billing.agent_sums import MOST_LEVELS, WHOLE, Terms
from kmikro.lib.money import LARGEST
from kmikro.lib.refusal import Refusal
from subscribers.models import Plan

STATES = ("active", "stopped")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an agent is to be."""

    name: str
    phone: str = ""
    user_id: int | None = None
    parent_id: int | None = None
    limit_minor: int = 0
    commission: int = 0
    per_hour: int | None = None
    per_day: int | None = None
    per_day_minor: int | None = None


def wanted_of(agent: Agent) -> Wanted:
    """What an agent is now."""
    return Wanted(**{name: getattr(agent, name) for name in asdict(Wanted(""))})


def of_whom(me: int | None = None) -> Q:
    """Whom a person may see: with None everybody, else their own record and those below it."""
    if me is None:
        return Q()
    return Q(user_id=me) | Q(parent__user_id=me) | Q(parent__parent__user_id=me)


def search(text: str = "", state: str = "", me: int | None = None) -> "QuerySet[Agent]":
    """Agents by name or phone, with how many are below them."""
    rows = Agent.objects.filter(of_whom(me)).select_related("parent", "user")
    if text:
        rows = rows.filter(
            Q(name__icontains=text) | Q(phone__icontains=text) | Q(user__email__icontains=text)
        )
    if state:
        rows = rows.filter(is_active=state == "active")
    return rows.annotate(below=Count("subagents", distinct=True))


def create(wanted: Wanted, *, currency: str, by: Actor, now: datetime) -> Agent:
    with transaction.atomic():
        agent = Agent(currency=currency, made_at=now)
        _settle(agent, wanted)
        agent.save()
        record(by, "agent.create", agent, now=now, **asdict(wanted))
    return agent


def change(agent: Agent, wanted: Wanted, *, by: Actor, now: datetime) -> Agent:
    """Change what an agent is; a lower limit holds from the next sale on, whatever is owed."""
    with transaction.atomic():
        # All of them, in one order: of two who put agents below each other at once the second sees the first.
        held = {each.pk: each for each in Agent.objects.select_for_update(of=("self",)).order_by("pk")}
        kept = held[agent.pk]
        before = wanted_of(kept)
        _settle(kept, wanted)
        if wanted_of(kept) != before:
            kept.save(update_fields=list(asdict(wanted)))
            changed = {
                name: [old, asdict(wanted)[name]]
                for name, old in asdict(before).items()
                if old != asdict(wanted)[name]
            }
            record(by, "agent.change", kept, now=now, changed=changed)
    return kept


def _settle(agent: Agent, wanted: Wanted) -> None:
    name = " ".join(wanted.name.replace("\0", "").split())[:80]
    if not name:
        raise Refusal("no_name", "Give the agent a name.", field="name")
    if not 0 <= wanted.commission <= WHOLE:
        raise Refusal("bad_commission", "A commission is between 0 and 100 %.", field="commission")
    for field in ("limit_minor", "per_day_minor"):
        value = getattr(wanted, field)
        if value is not None and not 0 <= value <= LARGEST:
            raise Refusal(
                "bad_amount", "The amount must be zero or more, and not absurdly large.", field=field
            )
    for field in ("per_hour", "per_day"):
        value = getattr(wanted, field)
        if value is not None and not 1 <= value <= 1_000_000:
            raise Refusal("bad_limit", "Between 1 and 1,000,000; empty is no limit.", field=field)
    if wanted.user_id != agent.user_id:  # who signs in already may have been given another role since
        _login(agent, wanted.user_id)
    _place(agent, wanted.parent_id)
    for field, value in {
        **asdict(wanted),
        "name": name,
        "phone": wanted.phone.replace("\0", "").strip()[:32],
    }.items():
        setattr(agent, field, value)


def _login(agent: Agent, user_id: int | None) -> None:
    if user_id is None:
        return
    user = User.objects.filter(pk=user_id, role=Role.RESELLER).first()
    if user is None:
        raise Refusal(
            "not_reseller", "Only a person with the role reseller signs in as an agent.", field="user"
        )
    taken = Agent.objects.filter(user_id=user_id).exclude(pk=agent.pk).first()
    if taken is not None:
        raise Refusal("login_taken", f"{user.name} signs in as {taken.name} already.", field="user")


def _place(agent: Agent, parent_id: int | None) -> None:
    """The agent above: no circle, and at most MOST_LEVELS from the top to the lowest."""
    above, levels = parent_id, 0
    while above is not None:
        if above == agent.pk:
            raise Refusal("circle", f"{agent.name} cannot be below themselves.", field="parent")
        levels += 1
        found = Agent.objects.filter(pk=above).values_list("parent_id", "currency").first()
        if found is None:
            raise Refusal("unknown_agent", "There is no agent with this id.", field="parent")
        above = found[0]
        if levels == 1 and found[1] != agent.currency:
            raise Refusal("other_currency", f"That agent is kept in {found[1]}.", field="parent")
    if levels + _height(agent) > MOST_LEVELS:
        raise Refusal("too_deep", f"Agents stand on at most {MOST_LEVELS} levels.", field="parent")


def _height(agent: Agent) -> int:
    """How many levels an agent and those below take; one more than allowed ends the search."""
    height, level = 0, [agent.pk] if agent.pk else []
    while level and height <= MOST_LEVELS:
        height += 1
        level = list(Agent.objects.filter(parent_id__in=level).values_list("pk", flat=True))
    return max(1, height)


def stop(agent: Agent, *, by: Actor, now: datetime) -> Agent:
    """Sells and receives nothing any more; stock, float and ledger stay."""
    return _switch(agent, False, by, now)


def resume(agent: Agent, *, by: Actor, now: datetime) -> Agent:
    return _switch(agent, True, by, now)


def _switch(agent: Agent, on: bool, by: Actor, now: datetime) -> Agent:
    with transaction.atomic():
        held = Agent.objects.select_for_update(of=("self",)).get(pk=agent.pk)
        if held.is_active != on:
            held.is_active = on
            held.save(update_fields=["is_active"])
            record(by, "agent.resume" if on else "agent.stop", held, now=now)
    return held


def price(agent: Agent, plan: Plan, given: Mapping[str, int | None], *, by: Actor, now: datetime) -> None:
    """Settle what a plan costs with an agent; all empty takes the row away."""
    values = {name: given.get(name) for name in ("sells_for_minor", "pays_minor", "commission")}
    for name, value in values.items():
        if value is not None and not 0 <= value <= (WHOLE if name == "commission" else LARGEST):
            raise Refusal("bad_amount", "Amounts are zero or more, a commission at most 100 %.", field=name)
    if values["pays_minor"] is not None and values["commission"] is not None:
        raise Refusal(
            "price_twice", "Either what the agent pays or a commission, not both.", field="commission"
        )
    sells = plan.price_minor if values["sells_for_minor"] is None else values["sells_for_minor"]
    if values["pays_minor"] is not None and values["pays_minor"] > sells:
        raise Refusal("pays_more", "The agent would pay more than the customer does.", field="pays_minor")
    if plan.currency != agent.currency:
        raise Refusal("other_currency", f"{plan.name} is sold in {plan.currency}.", field="plan")
    with transaction.atomic():
        if all(value is None for value in values.values()):
            AgentPrice.objects.filter(agent=agent, plan=plan).delete()
        else:
            AgentPrice.objects.update_or_create(agent=agent, plan=plan, defaults=values)
        record(by, "agent.price", agent, now=now, plan=plan.name, **values)


def terms(agent: Agent, plan_ids: Collection[int]) -> dict[int, Terms]:
    """What holds for an agent and each of these plans."""
    rows: dict[int, Any] = {
        each.plan_id: each for each in AgentPrice.objects.filter(agent=agent, plan__in=plan_ids)
    }
    return {
        pk: Terms(
            commission=agent.commission
            if (row := rows.get(pk)) is None or row.commission is None
            else row.commission,
            sells_for_minor=row.sells_for_minor if row else None,
            pays_minor=row.pays_minor if row else None,
        )
        for pk in plan_ids
    }
