"""Batches in the hands of agents: what nobody has received connects with nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.journal import SYSTEM
from billing import agent_sales, agent_stock, agents, queries, vouchers
from billing.models import Batch
from billing.stock_models import Consignment
from kmikro.lib.refusal import Refusal
from tests.factories import make_agent, make_batch, make_plan, make_voucher

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def amina(people):
    return make_agent(name="Amina", user=people["reseller"], limit_minor=100_000)


@pytest.fixture
def batch(inside_isp):
    """Three unused codes, one in use, one void."""
    made = make_batch(plan=make_plan(name="Day", price_minor=5000), price_minor=5000, count=5, made=5)
    for fields in ({}, {}, {}, {"first_used_at": NOW - timedelta(days=1)}, {"status": "void"}):
        make_voucher(batch=made, **fields)
    return made


def statuses(batch):
    return list(batch.vouchers.order_by("serial").values_list("service__status", flat=True))


def do(act, *given, days=0):
    return act(*given, by=SYSTEM, now=NOW + timedelta(days=days))


def refused(act, *given):
    with pytest.raises(Refusal) as caught:
        do(act, *given)
    return caught.value.code


def test_inert_until_received_and_again_when_it_comes_back(amina, batch):
    do(agent_stock.give, batch, amina)
    assert statuses(batch) == ["pending"] * 3 + ["active", "void"]
    batch.refresh_from_db()
    assert (batch.agent, batch.received_at) == (amina, None)
    assert agent_stock.sellable(amina, NOW).count() == 0
    for _ in range(2):  # told twice
        do(agent_stock.receive, batch)
    assert statuses(batch) == ["active"] * 4 + ["void"]
    assert (agent_stock.sellable(amina, NOW).count(), agent_stock.by_plan(amina, NOW)) == (
        3,
        {batch.plan_id: 3},
    )
    (sold,) = agent_sales.sell(amina, batch.plan, 1, by=SYSTEM, now=NOW)
    batch.refresh_from_db()
    assert do(agent_stock.take_back, batch) == 2
    assert statuses(batch) == ["active", "pending", "pending", "active", "void"]  # what was sold goes on
    last = Consignment.objects.get()
    assert (last.state, last.unsold, last.received_at) == ("returned", 2, NOW)
    row = amina.ledger.latest("number")
    assert (row.kind, row.amount_minor) == ("stock_return", 0)
    assert "2 codes" in row.text and "KSh\u00a0100" in row.text
    assert do(agent_stock.restock, batch) == 2
    assert (statuses(batch)[:3], Consignment.objects.get().state) == (["active"] * 3, "stocked")
    assert sold.voucher.sales.get().undone_at is None


def test_handed_on_without_lying_in_the_own_stock(amina, batch):
    other = make_agent(name="Baraka")
    do(agent_stock.give, batch, amina)
    batch.refresh_from_db()
    assert refused(agent_stock.give, batch, other) == "has_agent"
    assert refused(agent_stock.restock, batch) == "not_returned"
    do(agent_stock.take_back, batch)
    batch.refresh_from_db()
    do(agent_stock.give, batch, other, days=1)
    assert statuses(batch)[:3] == ["pending"] * 3
    batch.refresh_from_db()
    do(agent_stock.receive, batch)
    assert refused(agent_stock.restock, batch) == "not_returned"
    assert agent_stock.sellable(amina, NOW).count() == 0
    assert agent_stock.sellable(other, NOW).count() == 3


def test_what_cannot_be_given_or_received(amina, batch):
    assert refused(agent_stock.receive, batch) == "no_agent"
    assert refused(agent_stock.give, make_batch(state="making"), amina) == "not_ready"
    assert refused(agent_stock.give, make_batch(), amina) == "nothing_left"
    assert refused(agent_stock.give, make_batch(currency="USD"), amina) == "other_currency"
    do(agent_stock.give, batch, amina)
    agents.stop(amina, by=SYSTEM, now=NOW)
    batch.refresh_from_db()
    assert refused(agent_stock.receive, batch) == "agent_stopped"
    assert refused(agent_stock.give, make_batch(), amina) == "agent_stopped"


def test_stolen_on_the_way_is_made_void(amina, batch):
    do(agent_stock.give, batch, amina)
    assert len(do(vouchers.void_batch, batch)) == 3
    batch.refresh_from_db()
    do(agent_stock.receive, batch)
    assert statuses(batch) == ["void"] * 3 + ["active", "void"]


def test_a_person_sees_what_they_have_received_and_not_before(amina, batch, people):
    mine = people["reseller"].pk
    do(agent_stock.give, batch, amina)
    batch.refresh_from_db()
    assert not queries.batches(mine).exists() and not queries.vouchers(NOW, mine).exists()
    do(agent_stock.receive, batch)
    assert list(queries.batches(mine)) == [batch]
    assert queries.vouchers(NOW, mine).count() == 5
    assert not queries.batches(people["cashier"].pk).exists()


def test_what_was_used_unsold_keeps_a_batch_from_going_back(amina, batch):
    do(agent_stock.give, batch, amina)
    batch.refresh_from_db()
    do(agent_stock.receive, batch)
    used = batch.vouchers.order_by("serial").first()
    type(used.service).objects.filter(pk=used.service_id).update(first_used_at=NOW + timedelta(hours=1))
    assert list(agent_stock.unpaid(amina)) == [used]  # and not the one that was used before it came
    assert refused(agent_stock.take_back, Batch.objects.get(pk=batch.pk)) == "unpaid"
    (sale,) = agent_sales.book_used(amina, by=SYSTEM, now=NOW)
    assert (sale.is_found, sale.voucher) == (True, used)
    assert do(agent_stock.take_back, Batch.objects.get(pk=batch.pk)) == 2
