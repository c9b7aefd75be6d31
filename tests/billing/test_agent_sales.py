"""Selling: the float, the stock and the rows move together, once for each tap, and back again."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.journal import SYSTEM
from billing import agent_ledger, agent_sales, agent_stock, agents
from billing.models import Batch, Voucher
from billing.stock_models import Sale
from kmikro.lib.refusal import Refusal
from subscribers.models import Service
from tests.factories import make_agent, make_batch, make_plan, make_voucher

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def day(inside_isp):
    return make_plan(name="Day 50", price_minor=5000)


@pytest.fixture
def amina(inside_isp):
    made = make_agent(name="Amina", commission=1000)
    agent_ledger.top_up(made, 20_000, by=SYSTEM, now=NOW)
    return made


@pytest.fixture
def stock(amina, day):
    batch = make_batch(
        plan=day, price_minor=5000, count=3, made=3, agent=amina, received_at=NOW - timedelta(days=1)
    )
    return [make_voucher(batch=batch) for _ in range(3)]


def sell(agent, plan, count=1, *, now=NOW, **more):
    return agent_sales.sell(agent, plan, count, by=SYSTEM, now=now, **more)


def balance(agent):
    agent.refresh_from_db()
    return agent.balance_minor


def rows(agent):
    return list(agent.ledger.order_by("number").values_list("kind", "amount_minor", "balance_minor"))[1:]


def refused(act):
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value


def test_the_oldest_of_the_stock_is_sold_and_booked(amina, day, stock):
    first, second = sell(amina, day, 2, key="tap")
    assert [first.voucher, second.voucher] == stock[:2]
    assert (first.price_minor, first.commission_minor, first.balance_minor) == (5000, 500, 15_500)
    assert rows(amina) == [
        ("commission", 500, 20_500), ("sale", -5000, 15_500), ("commission", 500, 16_000), ("sale", -5000, 11_000),
    ]  # fmt: skip
    assert amina.ledger.filter(sale=second).count() == 2
    assert agent_sales.sold_today(amina, NOW) == {"count": 2, "minor": 10_000}


def test_a_double_tap_sells_once(amina, day, stock):
    first = sell(amina, day, 2, key="tap")
    assert sell(amina, day, 2, key="tap") == first
    assert (Sale.objects.count(), balance(amina)) == (2, 11_000)
    sell(amina, day, key="another")
    assert Sale.objects.count() == 3


def test_the_paper_in_the_hand_is_sold_by_its_serial(amina, day, stock):
    (sale,) = sell(amina, day, serial=stock[2].service.label)
    assert sale.voucher == stock[2]
    for serial in (stock[2].service.label, make_voucher().service.label, "1-1"):
        assert refused(lambda serial=serial: sell(amina, day, serial=serial)).code == "not_in_stock"


def test_what_is_not_there_or_not_paid_for_is_not_sold(amina, day, stock):
    assert refused(lambda: sell(amina, day, 4)).code == "no_stock"
    assert (
        refused(lambda: sell(amina, day, 0)).code == refused(lambda: sell(amina, day, 21)).code == "bad_count"
    )
    Service.objects.filter(pk=stock[0].service_id).update(status="void")
    Service.objects.filter(pk=stock[1].service_id).update(first_used_at=NOW)
    assert refused(lambda: sell(amina, day, 2)).text.startswith("1 of Day 50 are left")
    short = refused(lambda: sell(amina, day, 5, on_the_spot=True))
    assert (short.code, Voucher.objects.count()) == ("float_short", 3)
    assert "KSh\u00a0225" in short.text
    agents.stop(amina, by=SYSTEM, now=NOW)
    assert refused(lambda: sell(amina, day)).code == "agent_stopped"
    assert rows(amina) == []


def test_the_last_shilling_pays_the_price_less_the_commission(amina, day):
    agent_ledger.correct(amina, -15_500, "Down to 45", by=SYSTEM, now=NOW)
    sell(amina, day, on_the_spot=True)
    assert balance(amina) == 0
    assert refused(lambda: sell(amina, day, on_the_spot=True)).code == "float_short"


def test_made_on_the_spot_into_one_batch_of_the_day(amina, day):
    (first,) = sell(amina, day, on_the_spot=True)
    second = sell(amina, day, 2, on_the_spot=True)
    batch = Batch.objects.get()
    assert (batch.count, batch.made, batch.state, batch.agent) == (3, 3, "ready", amina)
    assert [each.voucher.serial for each in (first, *second)] == [1, 2, 3]
    assert set(Service.objects.values_list("status", flat=True)) == {"active"}
    agent_ledger.top_up(amina, 20_000, by=SYSTEM, now=NOW)
    sell(amina, day, on_the_spot=True, now=NOW + timedelta(days=1))
    day.price_minor = 6000
    day.save()
    sell(amina, day, on_the_spot=True, now=NOW + timedelta(days=1))
    assert list(Batch.objects.order_by("pk").values_list("count", "price_minor")) == [
        (3, 5000),
        (1, 5000),
        (1, 6000),
    ]


def test_a_clock_that_starts_with_the_sale_starts_now(amina):
    plan = make_plan(price_minor=5000, validity_seconds=3600, validity_begins="start")
    batch = make_batch(plan=plan, price_minor=5000, agent=amina, received_at=NOW, made_at=NOW)
    voucher = make_voucher(batch=batch, expires_at=NOW + timedelta(hours=1))
    (sale,) = sell(amina, plan, now=NOW + timedelta(minutes=30))
    voucher.service.refresh_from_db()
    assert voucher.service.expires_at == NOW + timedelta(minutes=90)
    agent_sales.undo(sale, by=SYSTEM, now=NOW + timedelta(minutes=31))
    voucher.service.refresh_from_db()
    assert voucher.service.expires_at == NOW + timedelta(hours=1)


def test_a_plan_is_sold_at_its_hours_only(amina, day, stock):
    day.sale_windows = [{"days": [0], "from": "06:00", "to": "09:00"}]  # and today is Sunday
    day.save(update_fields=["sale_windows"])
    assert refused(lambda: sell(amina, day)).code == "not_on_sale_now"


def test_too_fast_is_refused_with_the_time_when_it_is_free(amina, day, stock):
    amina.per_hour = 2
    amina.save(update_fields=["per_hour"])
    sell(amina, day, 2, now=NOW - timedelta(minutes=20))
    told = refused(lambda: sell(amina, day))
    assert (told.code, told.text) == (
        "too_fast",
        "Amina sells at most 2 vouchers an hour: free again at 15:40.",
    )
    assert "sell fewer" in refused(lambda: sell(amina, day, 3, on_the_spot=True)).text
    assert sell(amina, day, now=NOW + timedelta(minutes=40))
    amina.per_hour, amina.per_day_minor = None, 15_000
    amina.save(update_fields=["per_hour", "per_day_minor"])
    told = refused(lambda: sell(amina, day, on_the_spot=True, now=NOW + timedelta(hours=1)))
    assert told.text == "Amina sells at most KSh\u00a0150 a day: free again at 23 Nov 00:00."


def test_undone_within_minutes_and_sold_again(amina, day, stock):
    (sale,) = sell(amina, day)
    for _ in range(2):  # told twice
        done = agent_sales.undo(sale, by=SYSTEM, now=NOW + timedelta(minutes=9))
    assert (done.undone_at, balance(amina)) == (NOW + timedelta(minutes=9), 20_000)
    assert [kind for kind, *_rest in rows(amina)] == ["commission", "sale", "sale_back", "commission_back"]
    (again,) = sell(amina, day)
    assert again.voucher == sale.voucher
    Service.objects.filter(pk=again.voucher.service_id).update(first_used_at=NOW)
    assert refused(lambda: agent_sales.undo(again, by=SYSTEM, now=NOW)).code == "used"


def test_later_only_with_a_reason_and_by_who_may(amina, day, stock):
    (sale,), late = sell(amina, day), NOW + timedelta(minutes=11)
    assert refused(lambda: agent_sales.undo(sale, by=SYSTEM, now=late)).code == "too_late"
    assert refused(lambda: agent_sales.undo(sale, by=SYSTEM, now=late, at_any_time=True)).code == "no_reason"
    agent_sales.undo(sale, by=SYSTEM, now=late, why="Lost paper", at_any_time=True)
    assert (balance(amina), Sale.objects.get().why) == (20_000, "Lost paper")


def test_what_was_made_for_a_sale_is_void_when_it_is_undone(amina, day, stock):
    (spot,), (paper,) = sell(amina, day, on_the_spot=True), sell(amina, day)
    agent_sales.undo(spot, by=SYSTEM, now=NOW)
    assert Service.objects.get(voucher=spot.voucher_id).status == "void"
    agent_stock.take_back(Batch.objects.get(pk=stock[0].batch_id), by=SYSTEM, now=NOW)
    agent_sales.undo(paper, by=SYSTEM, now=NOW)  # its stock has gone
    assert Service.objects.get(voucher=paper.voucher_id).status == "void"
    assert balance(amina) == 20_000


def test_what_was_used_unsold_is_booked_as_far_as_the_float_goes(amina, day, stock):
    Service.objects.filter(voucher__in=stock).update(first_used_at=NOW)
    agent_ledger.correct(amina, -10_000, "Down", by=SYSTEM, now=NOW)
    assert refused(lambda: agent_sales.book_used(amina, by=SYSTEM, now=NOW)).code == "float_short"
    agent_ledger.top_up(amina, 10_000, by=SYSTEM, now=NOW)
    assert len(agent_sales.book_used(amina, by=SYSTEM, now=NOW)) == 3
    assert (balance(amina), agent_sales.book_used(amina, by=SYSTEM, now=NOW)) == (6_500, [])
