"""What agents sold, in the dashboard: by agent, batch or day, between two days, as CSV."""

from datetime import UTC, datetime

import pytest

from accounts.journal import SYSTEM
from billing import agent_sales
from tests.dashboard.test_alerts import text_of
from tests.factories import make_agent, make_plan

pytestmark = pytest.mark.django_db


def test_by_agent_batch_and_day_and_only_ones_own(people, client_for):
    plan = make_plan(name="Day", price_minor=5000)
    for name, count, user in (("Amina", 3, people["reseller"]), ("Baraka", 2, None)):
        agent = make_agent(name=name, limit_minor=10**6, commission=1000, user=user)
        agent_sales.sell(agent, plan, count, by=SYSTEM, now=datetime.now(UTC), on_the_spot=True)
    owner, agent = client_for("owner"), client_for("reseller")
    for by, word in (("agent", "Baraka"), ("batch", "Batch"), ("day", "Baraka")):
        shown = text_of(owner.get("/agents/report/", {"by": by}))
        assert word in shown and "KSh\u00a0250" in shown and "KSh\u00a0225" in shown, by
        mine = text_of(agent.get("/agents/report/", {"by": by}))
        assert "Baraka" not in mine and "KSh\u00a0135" in mine
    file = text_of(owner.get("/agents/report/", {"by": "batch", "format": "csv"}))
    assert '"Amina"' in file and '"Day","3","150","15","135","KES"' in file
    assert "Baraka" not in text_of(agent.get("/agents/report/", {"format": "csv"}))
    none = {"first": "2020-01-01", "last": "2020-01-31"}
    assert "Nothing was sold" in text_of(owner.get("/agents/report/", none))
    assert owner.get("/agents/report/", {"first": "x"}).status_code == 200
