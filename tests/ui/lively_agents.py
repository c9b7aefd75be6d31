"""Agents with float, credit, an agent below and a ledger, one under the key that the matrix asks for."""

from datetime import datetime, timedelta

from accounts.journal import SYSTEM, Actor
from accounts.models import User
from accounts.roles import Role
from billing import agent_days, agent_ledger, agent_sales, agent_stock, agents
from billing.agent_models import Agent
from billing.models import Batch, Sale
from subscribers.models import Plan
from tests.factories import make_agent, make_batch, make_voucher
from tests.isolation.planting import EQUAL

BY = Actor(None, "Owner Fresh Air")


def sell(plan: Plan, batch: Batch, now: datetime) -> Agent:
    """Amina, who is the agent of the pages, and who stands around her."""
    amina = make_agent(
        pk=EQUAL, name="Amina Hassan Mini Market", phone="+254 722 000 118", commission=1250, made_at=now, per_hour=40,
        per_day=200, per_day_minor=2_000_000, user=User.objects.get(role=Role.RESELLER),
    )  # fmt: skip
    below = make_agent(
        name="Baraka Kiosk", phone="+254 733 000 204", parent=amina, commission=1000, made_at=now
    )
    make_agent(name="Chebet Phones", limit_minor=1_000_000, balance_minor=0, commission=1500, made_at=now)
    make_agent(name="Dalmar Cyber", is_active=False, made_at=now)
    agents.price(amina, plan, {"sells_for_minor": 9_000, "pays_minor": 7_500}, by=SYSTEM, now=now)
    yesterday = now - timedelta(days=1)
    agent_ledger.top_up(amina, 100_000, by=BY, now=yesterday, text="Cash at the office")
    closed = agent_ledger.day_for(amina, yesterday)
    agent_days.close(amina, closed, 2_000, by=BY, now=yesterday, why="Found under the counter")
    agent_ledger.top_up(amina, 500_000, by=BY, now=now - timedelta(hours=5), text="Cash at the office")
    agent_ledger.send(amina, below, 120_000, by=BY, now=now - timedelta(hours=4))
    agent_ledger.correct(
        amina, -2_000, "Top-up of Monday was counted twice", by=BY, now=now - timedelta(hours=3)
    )
    _stock(amina, plan, batch, now)
    return amina


def _stock(amina: Agent, plan: Plan, here: Batch, now: datetime) -> None:
    """One batch with her, one on its way, and sales of today."""
    coming = make_batch(plan=plan, price_minor=plan.price_minor, count=3, made=3, made_at=now)
    for _ in range(3):
        make_voucher(batch=coming, made_at=now)
    for batch in (here, coming):
        agent_stock.give(batch, amina, by=BY, now=now - timedelta(hours=3))
    here.refresh_from_db()
    agent_stock.receive(here, by=BY, now=now - timedelta(minutes=1))
    agent_sales.sell(amina, plan, 3, by=BY, now=now - timedelta(hours=1), key="first")
    agent_sales.sell(amina, plan, 2, by=BY, now=now, key="tap", on_the_spot=True)
    shown = agent_stock.sellable(amina, now).order_by("serial").first()
    Sale.objects.create(
        pk=EQUAL, agent=amina, voucher=shown, plan=plan, at=now, day=agent_ledger.day_for(amina, now), price_minor=9_000,
        commission_minor=1_500, balance_minor=amina.balance_minor, by=BY.name, key="shown",
    )  # fmt: skip
