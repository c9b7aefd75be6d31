"""The report of agents: sums of the ledger by agent, batch and day, less what was taken back."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.journal import SYSTEM
from billing import agent_report, agent_sales
from tests.factories import make_agent, make_plan

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FIRST, LAST = date(2026, 11, 22), date(2026, 11, 23)


def test_by_agent_batch_and_day(people):
    day, week = make_plan(price_minor=5000), make_plan(price_minor=20_000)
    amina = make_agent(name="Amina", limit_minor=10**6, commission=1000, user=people["reseller"])
    baraka = make_agent(name="Baraka", limit_minor=10**6)

    def sell(agent, plan, count, days=0):
        return agent_sales.sell(
            agent, plan, count, by=SYSTEM, now=NOW + timedelta(days=days), on_the_spot=True
        )

    sell(amina, day, 3)
    back = sell(amina, week, 1)[0]
    sell(amina, day, 1, days=1)
    sell(baraka, day, 2)
    sell(baraka, day, 2, days=5)  # outside
    agent_sales.undo(back, by=SYSTEM, now=NOW + timedelta(days=1), why="Wrong plan", at_any_time=True)

    def found(by, me=None):
        rows = agent_report.rows(by, FIRST, LAST, me)
        return [
            (row["agent_name"], row["count"], row["price_minor"], row["commission_minor"]) for row in rows
        ]

    assert found("agent") == [("Amina", 4, 20_000, 2_000), ("Baraka", 2, 10_000, 0)]
    assert found("agent", people["reseller"].pk) == [("Amina", 4, 20_000, 2_000)]
    assert found("day") == [
        ("Amina", 0, -15_000, -1_500), ("Amina", 4, 35_000, 3_500), ("Baraka", 2, 10_000, 0),
    ]  # fmt: skip
    assert sorted(found("batch")) == [
        ("Amina", 0, 0, 0), ("Amina", 1, 5_000, 500), ("Amina", 3, 15_000, 1_500), ("Baraka", 2, 10_000, 0),
    ]  # fmt: skip
    for by in agent_report.BY:
        total = agent_report.total(agent_report.rows(by, FIRST, LAST))
        assert (total.count, total.price_minor, total.net_minor) == (6, 30_000, 28_000)
