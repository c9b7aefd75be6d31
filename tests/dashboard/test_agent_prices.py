"""What plans cost with an agent, in the dashboard."""

import pytest

from billing.agent_models import AgentPrice
from tests.dashboard.test_alerts import text_of
from tests.factories import make_agent, make_plan

pytestmark = pytest.mark.django_db


def test_a_price_is_settled_shown_and_taken_away(inside_isp, client_for):
    agent, client = make_agent(commission=1000), client_for("owner")
    here = f"/agents/{agent.pk}/prices/"
    assert "There is no plan on sale" in text_of(client.get(here))
    plan = make_plan(name="Day", price_minor=5000)
    assert "KSh\u00a045" in text_of(client.get(here))  # 50 less 10 %
    form = {"plan": str(plan.pk), "sells_for_minor": "60", "pays_minor": "42", "commission": ""}
    assert client.post(here, form).status_code == 302
    shown = text_of(client.get(here))
    assert "KSh\u00a060" in shown and "KSh\u00a018" in shown and "has its own price" in shown
    assert client.post(here, form | {"pays_minor": "61"}).status_code == 422
    assert client.post(here, form | {"plan": "0"}).status_code == 422
    assert client.post(here, {"plan": str(plan.pk)}).status_code == 302
    assert not AgentPrice.objects.exists()
