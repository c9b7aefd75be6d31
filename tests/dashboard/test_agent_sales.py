"""What an agent sold, in the dashboard: found, exported, and taken back by who may."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.journal import SYSTEM
from billing import agent_ledger, agent_sales
from billing.stock_models import Sale
from kmikro.lib import codes
from tests.dashboard.test_alerts import text_of
from tests.factories import make_agent, make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def sale(people):
    now = datetime.now(UTC) - timedelta(hours=1)
    amina = make_agent(name="Amina", user=people["reseller"])
    agent_ledger.top_up(amina, 10_000, by=SYSTEM, now=now)
    return agent_sales.sell(
        amina, make_plan(name="Day", price_minor=5000), 1, by=SYSTEM, now=now, on_the_spot=True
    )[0]


def test_found_filtered_and_exported(sale, client_for):
    client, here = client_for("reseller"), f"/agents/{sale.agent_id}/sales/"
    label = sale.voucher.service.label
    for query in ("", f"?q={label}", "?q=day", f"?day={sale.day}", "?state=sold"):
        assert label in text_of(client.get(here + query)), query
    for query in ("?q=nothing", "?day=2020-01-01", "?state=undone", "?state=found"):
        assert "No sale matches" in text_of(client.get(here + query)), query
    file = text_of(client.get(f"{here}?format=csv"))
    assert label in file and '"50"' in file and sale.voucher.code not in file


def test_late_only_by_who_may_change_agents_and_with_a_reason(sale, client_for):
    here = f"/agents/{sale.agent_id}/sales/{sale.pk}/undo/"
    assert "within 10 minutes" in text_of(client_for("reseller").post(here, {"why": "x"}, follow=True))
    owner = client_for("owner")
    assert "required" in text_of(owner.get(here))
    assert "Say why" in text_of(owner.post(here, follow=True))
    owner.post(here, {"why": "Paper was lost"})
    assert Sale.objects.get().why == "Paper was lost"
    assert owner.get(f"/agents/{make_agent().pk}/sales/{sale.pk}/undo/").status_code == 404


def test_a_code_is_shown_for_a_day(sale, client_for):
    here, client = f"/agents/{sale.agent_id}/sales/{sale.pk}/", client_for("reseller")
    assert codes.shown(sale.voucher.code) in text_of(client.get(here))
    Sale.objects.filter(pk=sale.pk).update(at=sale.at - timedelta(days=1))
    later = text_of(client.get(here))
    assert codes.shown(sale.voucher.code) not in later and sale.voucher.code not in later
