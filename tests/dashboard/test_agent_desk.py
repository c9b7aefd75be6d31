"""The desk of an agent: choose, sell, show the code; nobody else's."""

from uuid import uuid4

import pytest

from accounts.journal import SYSTEM
from billing import agent_ledger
from billing.stock_models import Sale
from kmikro.lib import codes
from tests.dashboard.test_alerts import text_of
from tests.factories import NOW, make_agent, make_batch, make_plan, make_voucher

pytestmark = pytest.mark.django_db


@pytest.fixture
def amina(people):
    made = make_agent(name="Amina", user=people["reseller"], commission=1000)
    agent_ledger.top_up(made, 10_000, by=SYSTEM, now=NOW)
    return made


@pytest.fixture
def plan(inside_isp):
    return make_plan(name="Day 50", price_minor=5000)


def form(plan, **changes):
    return {
        "plan": str(plan.pk),
        "count": "1",
        "source": "spot",
        "serial": "",
        "key": str(uuid4()),
        **changes,
    }


def test_an_agent_starts_at_the_desk_and_others_at_the_list(amina, plan, client_for):
    client = client_for("reseller")
    assert client.get("/agents/sell/")["Location"] == f"/agents/{amina.pk}/sell/"
    desk = text_of(client.get(f"/agents/{amina.pk}/sell/"))
    assert "Day 50" in desk and "none in stock" in desk and 'href="/agents/sell/"' in desk
    assert client_for("owner").get("/agents/sell/")["Location"] == "/agents/"
    assert 'href="/agents/sell/"' not in text_of(client_for("owner").get("/agents/"))
    assert client_for("support").get("/agents/sell/").status_code == 403


def test_sold_once_shown_big_and_undone(amina, plan, client_for):
    client, data, here = client_for("reseller"), form(plan), f"/agents/{amina.pk}/sell/"
    first, second = client.post(here, data), client.post(here, data)
    sale = Sale.objects.get()
    assert first["Location"] == second["Location"] == f"/agents/{amina.pk}/sales/{sale.pk}/"
    shown = text_of(client.get(first["Location"]))
    assert codes.shown(sale.voucher.code) in shown
    assert f"v={sale.voucher.code}" in shown and "sms:?&amp;body=" in shown and "Undo" in shown
    assert "KSh\u00a055" in shown  # 100 - 50 + 5
    listed = text_of(client.get(f"/agents/{amina.pk}/sales/"))
    assert sale.voucher.service.label in listed and sale.voucher.code not in listed
    undo = f"/agents/{amina.pk}/sales/{sale.pk}/undo/"
    assert "becomes void" in text_of(client.get(undo))
    assert "is taken back" in text_of(client.post(undo, follow=True))
    assert codes.shown(sale.voucher.code) not in text_of(client.get(first["Location"]))


def test_refusals_stand_at_the_form(amina, plan, client_for):
    client, here = client_for("reseller"), f"/agents/{amina.pk}/sell/"
    assert "left in Amina" in text_of(client.post(here, form(plan, source="stock")))
    answer = client.post(here, form(plan, count="3"))
    assert answer.status_code == 422 and "Top it up first" in text_of(answer)
    for nonsense in (
        {"count": "0"},
        {"count": "21"},
        {"count": "x"},
        {"plan": "0"},
        {"source": "x"},
        {"key": "x"},
    ):
        assert client.post(here, form(plan) | nonsense).status_code == 422, nonsense
    assert not Sale.objects.exists()


def test_from_the_stock_and_nobody_elses_desk(amina, plan, people, client_for):
    batch = make_batch(plan=plan, price_minor=5000, agent=amina, received_at=NOW)
    paper = [make_voucher(batch=batch) for _ in range(2)]
    client, here = client_for("reseller"), f"/agents/{amina.pk}/sell/"
    assert "2 in stock" in text_of(client.get(here))
    client.post(here, form(plan, source="stock", serial=paper[1].service.label))
    assert Sale.objects.get().voucher == paper[1]
    assert client.get(f"/vouchers/batches/{batch.pk}/print/?serial={paper[1].serial}").status_code == 200
    child = make_agent(parent=amina)
    for path in (f"/agents/{child.pk}/sell/", f"/agents/{make_agent().pk}/sell/"):
        assert client.get(path).status_code == client.post(path, form(plan)).status_code == 404
    seen = text_of(client_for("support").get(f"/agents/{amina.pk}/sales/{Sale.objects.get().pk}/"))
    assert codes.shown(paper[1].code) not in seen  # support has no permission at all


def test_few_queries(amina, plan, client_for, django_assert_max_num_queries):
    for _ in range(5):
        make_plan()
    client = client_for("reseller")
    client.get(f"/agents/{amina.pk}/sell/")
    with django_assert_max_num_queries(20):
        assert client.get(f"/agents/{amina.pk}/sell/").status_code == 200
