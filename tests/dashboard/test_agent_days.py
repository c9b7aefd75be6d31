"""Days of an agent in the dashboard: shown day by day, closed with counted cash by who may."""

from datetime import UTC, datetime

import pytest
from django.utils.timezone import localtime

from accounts.journal import SYSTEM
from billing import agent_sales
from billing.agent_models import AgentDay
from tests.dashboard.test_alerts import text_of
from tests.factories import make_agent, make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def chebet(people):
    made = make_agent(name="Chebet", limit_minor=100_000, commission=1000, user=people["reseller"])
    plan = make_plan(price_minor=5000)
    agent_sales.sell(made, plan, 2, by=SYSTEM, now=datetime.now(UTC), on_the_spot=True)
    return made


def test_shown_closed_and_exported(chebet, client_for):
    owner, here = client_for("owner"), f"/agents/{chebet.pk}/days/"
    shown = text_of(owner.get(here))
    assert "Cash to hand over" in shown and 'value="90"' in shown
    form = {"day": chebet.ledger.latest("number").day.isoformat(), "counted": "80", "why": ""}
    answer = owner.post(here, form)
    assert answer.status_code == 422 and "KSh\u00a010 are missing" in text_of(answer)
    assert "is closed" in text_of(owner.post(here, form | {"why": "Till short"}, follow=True))
    assert AgentDay.objects.get().difference_minor == -1_000
    told = text_of(owner.get(here))
    assert "Today is closed" in told and "Till short" in told
    file = text_of(owner.get(here, {"format": "csv"}))
    assert "Till short" in file and '"80"' in file
    for nonsense in ({"day": "x"}, {"counted": "x"}, {"counted": ""}, {"day": "2999-01-01"}):
        assert owner.post(here, form | nonsense).status_code == 422, nonsense


def test_an_agent_sees_and_does_not_close(chebet, client_for):
    agent, here = client_for("reseller"), f"/agents/{chebet.pk}/days/"
    shown = text_of(agent.get(here))
    assert "Cash to hand over" in shown and "Cash counted" not in shown
    assert agent.post(here, {"day": localtime().date().isoformat(), "counted": "90"}).status_code == 403
    assert agent.get(f"/agents/{make_agent().pk}/days/").status_code == 404
    assert "Nothing is booked yet" in text_of(client_for("owner").get(f"/agents/{make_agent().pk}/days/"))
