"""An agent's stock in the dashboard: inert until received, as RADIUS says; returned, and taken in again."""

import pytest

from billing.models import Batch
from billing.stock_models import Consignment
from kmikro.lib import codes
from subscribers.models import Service
from tests.dashboard.test_alerts import text_of
from tests.factories import NOW, make_agent, make_batch, make_plan, make_voucher

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina(people):
    return make_agent(name="Amina", user=people["reseller"], limit_minor=10_000)


@pytest.fixture
def voucher(people):
    plan = make_plan(name="Day", price_minor=5000)
    return make_voucher(
        batch=make_batch(plan=plan, price_minor=5000, count=1, made=1, made_by=people["owner"])
    )


def status(voucher):
    return Service.objects.get(pk=voucher.service_id).status


def test_the_way_of_a_batch(amina, voucher, client_for):
    owner, agent, here = client_for("owner"), client_for("reseller"), f"/agents/{amina.pk}/stock/"
    batch = voucher.batch_id
    assert "No stock yet" in text_of(agent.get(here))
    assert f"Batch {batch}: 1 of Day" in text_of(owner.get(here))
    assert "on its way" in text_of(owner.post(f"{here}give/", {"batch": str(batch)}, follow=True))
    assert status(voucher) == "pending"
    assert "on its way to Amina" in text_of(owner.get(f"/vouchers/batches/{batch}/"))
    said = text_of(owner.get("/logins/why/", {"q": voucher.code}))
    assert "The voucher is not switched on yet." in said
    assert codes.shown(voucher.code) in text_of(
        owner.get(f"/vouchers/batches/{batch}/print/")
    )  # to be handed over
    assert agent.get(f"/vouchers/batches/{batch}/").status_code == 404
    assert "I have it" in text_of(agent.get(here))
    assert "work now" in text_of(agent.post(f"{here}{batch}/receive/", follow=True))
    assert status(voucher) == "active"
    assert "with Amina" in text_of(agent.get(f"/vouchers/batches/{batch}/"))
    assert "1 unsold codes stop" in text_of(agent.get(f"{here}{batch}/return/"))
    agent.post(f"{here}{batch}/return/")
    assert (status(voucher), Batch.objects.get(pk=batch).agent) == ("pending", None)
    assert agent.post(f"{here}{batch}/restock/").status_code == 403
    assert "Into own stock" in text_of(owner.get(here))
    owner.post(f"{here}{batch}/restock/")
    assert (status(voucher), Consignment.objects.get().state) == ("active", "stocked")
    for state in ("sent", "held", "returned"):
        assert "No batch matches" in text_of(agent.get(here, {"state": state}))
    assert '"Back"' in text_of(agent.get(here, {"state": "stocked", "format": "csv"}))


def test_what_was_used_unsold_is_shown_and_booked(amina, voucher, client_for):
    Batch.objects.filter(pk=voucher.batch_id).update(agent=amina, received_at=NOW)
    Service.objects.filter(pk=voucher.service_id).update(first_used_at=NOW)
    client, here = client_for("reseller"), f"/agents/{amina.pk}/stock/"
    assert "1 code was used and not sold" in text_of(client.get(here))
    assert "1 used codes are booked" in text_of(client.post(f"{here}book-used/", follow=True))
    amina.refresh_from_db()
    assert amina.balance_minor == -5000


def test_refusals_and_others(amina, voucher, client_for):
    owner, here = client_for("owner"), f"/agents/{amina.pk}/stock/"
    for batch in ("", "x", "999999"):
        assert "Choose a batch" in text_of(owner.post(f"{here}give/", {"batch": batch}, follow=True))
    other = make_agent()
    owner.post(f"/agents/{other.pk}/stock/give/", {"batch": str(voucher.batch_id)})
    assert "Take it back first" in text_of(
        owner.post(f"{here}give/", {"batch": str(voucher.batch_id)}, follow=True)
    )
    client = client_for("reseller")
    for path in (f"{voucher.batch_id}/receive/", f"{voucher.batch_id}/return/"):
        assert client.post(f"{here}{path}").status_code == 404
        assert client.post(f"/agents/{other.pk}/stock/{path}").status_code == 404
    assert client.post(f"{here}give/").status_code == 403
