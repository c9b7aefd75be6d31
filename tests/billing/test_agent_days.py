"""Days of an agent agree with the ledger to the shilling, and what is closed never changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import InternalError, ProgrammingError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.journal import SYSTEM
from billing import agent_books, agent_days, agent_ledger, agent_report, agent_sales, agent_stock, vouchers
from billing.agent_ledger import Given
from billing.agent_models import AgentDay
from billing.models import Batch
from kmikro.lib.refusal import Refusal
from subscribers.models import Service
from tests.factories import make_agent, make_batch, make_plan, make_voucher

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = date(2026, 11, 22)


@pytest.fixture
def credit(inside_isp):
    """An agent on credit who has sold for 100 and kept 10."""
    made = make_agent(name="Chebet", limit_minor=100_000, commission=1000)
    agent_sales.sell(made, make_plan(price_minor=5000), 2, by=SYSTEM, now=NOW, on_the_spot=True)
    return made


def close(agent, counted, *, day=DAY, now=NOW, **more):
    return agent_days.close(agent, day, counted, by=SYSTEM, now=now, **more)


def refused(act):
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.code


def test_cash_that_agrees_closes_the_day(credit):
    found = agent_days.figures(credit, DAY, DAY)
    assert (found.sales, found.commissions, found.closing, found.due) == (-10_000, 1_000, -9_000, 9_000)
    made = close(credit, 9_000)
    assert (made.due_minor, made.difference_minor, made.balance_minor, made.first) == (9_000, 0, 0, DAY)
    assert close(credit, 9_000) == made  # sent twice
    credit.refresh_from_db()
    assert (credit.balance_minor, credit.closed_until) == (0, DAY)
    assert agent_days.figures(credit, DAY, DAY).handed_over == 9_000


@pytest.mark.parametrize(("write_off", "balance"), [(False, -500), (True, 0)])
def test_what_is_missing_has_a_reason_and_stays_owed_or_is_written_off(credit, write_off, balance):
    assert refused(lambda: close(credit, 8_500, write_off=write_off)) == "no_reason"
    made = close(credit, 8_500, why=" Till was\nshort ", write_off=write_off)
    assert (made.difference_minor, made.written_off_minor, made.why) == (
        -500,
        500 if write_off else 0,
        "Till was short",
    )
    credit.refresh_from_db()
    assert credit.balance_minor == made.balance_minor == balance
    kinds = list(credit.ledger.filter(day=DAY).order_by("number").values_list("kind", flat=True))[4:]
    assert kinds == (["hand_over", "correction"] if write_off else ["hand_over"])


def test_too_much_becomes_float(credit):
    assert close(credit, 9_700, why="Paid ahead").balance_minor == 700


def test_a_closed_day_gets_nothing_more(credit):
    close(credit, 9_000)
    agent_ledger.top_up(credit, 100, by=SYSTEM, now=NOW + timedelta(minutes=1))
    assert credit.ledger.latest("number").day == date(2026, 11, 23)
    for day in (DAY, date(2026, 11, 21)):
        assert refused(lambda day=day: close(credit, 1, day=day)) == "closed"
    assert refused(lambda: close(credit, 0, day=date(2026, 11, 23))) == "not_yet"
    assert agent_days.open_since(credit, DAY) == date(2026, 11, 22)  # as it was read before the closing
    credit.refresh_from_db()
    assert agent_days.open_since(credit, DAY) == date(2026, 11, 23)
    assert agent_days.figures(credit, DAY, DAY).closing == 0


def test_several_days_are_closed_together(credit):
    made = close(credit, 9_000, day=date(2026, 11, 25), now=NOW + timedelta(days=3))
    assert (made.first, made.day) == (DAY, date(2026, 11, 25))


def test_codes_that_were_used_unsold_come_first(credit):
    voucher = make_voucher(batch=make_batch(agent=credit, received_at=NOW), first_used_at=NOW)
    assert refused(lambda: close(credit, 9_000)) == "unpaid"
    vouchers.void(voucher, by=SYSTEM, now=NOW)
    close(credit, 9_000)


@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_keeps_closed_days(credit, act):
    close(credit, 9_000)
    rows = AgentDay.objects.filter(agent=credit)
    with pytest.raises((InternalError, ProgrammingError), match="never changed"), transaction.atomic():
        rows.update(counted_minor=1) if act == "update" else rows.delete()


KINDS = st.sampled_from(sorted(agent_books.COLUMNS))
DAYS = st.lists(
    st.tuples(
        st.lists(st.tuples(KINDS, st.integers(-300, 300)), max_size=6), st.booleans(), st.integers(0, 400)
    ),
    min_size=1,
    max_size=7,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DAYS)
def test_random_days_agree_with_the_ledger_to_the_last_unit(inside_isp, days):
    with transaction.atomic():
        agent = make_agent(limit_minor=500)
        for number, (rows, closes, counted) in enumerate(days):
            now = NOW + timedelta(days=number)
            for kind, amount in rows:
                held = agent_ledger.locked(agent.pk)
                if held.balance_minor + amount >= -500 or amount >= 0:
                    agent_ledger.post(held, [Given(kind, amount)], by=SYSTEM, now=now)
            if closes:
                made = close(agent, counted, day=now.date(), now=now, why="Counted")
                assert made.due_minor + made.difference_minor == made.counted_minor
                assert made.closing_minor + made.counted_minor == made.balance_minor
            agent.refresh_from_db()
        found = agent_days.in_figures(agent, list(agent_days.by_day(agent)))
        for (_later, after), (_day, before) in zip(found, found[1:], strict=False):
            assert after.opening == before.closing
        if found:
            assert found[0][1].closing == agent.balance_minor
            assert found[-1][1].opening == 0
        for each in AgentDay.objects.filter(agent=agent):
            assert agent_days.before(agent, each.day + timedelta(days=1)) == each.balance_minor
            assert agent_days.before(agent, each.first) == each.opening_minor
        transaction.set_rollback(True)


def test_amina_sells_forty_and_it_agrees_to_the_shilling(inside_isp):
    """Day 50 for an agent with a float of 5,000: 40 are sold, one is redeemed, 20 are stolen."""
    plan = make_plan(name="Day 50", price_minor=5000)
    amina = make_agent(name="Amina", commission=1250)
    agent_ledger.top_up(amina, 500_000, by=SYSTEM, now=NOW)
    batch = vouchers.make_batch(vouchers.ask_batch(plan, 80, "", by=SYSTEM, now=NOW), now=NOW)
    agent_stock.give(batch, amina, by=SYSTEM, now=NOW)
    agent_stock.receive(Batch.objects.get(pk=batch.pk), by=SYSTEM, now=NOW)
    sold = [each for _ in range(2) for each in agent_sales.sell(amina, plan, 20, by=SYSTEM, now=NOW)]
    Service.objects.filter(pk=sold[0].voucher.service_id).update(first_used_at=NOW)
    assert len(vouchers.void_batch(batch, by=SYSTEM, now=NOW, first=61, last=80, reason="Stolen")) == 20
    assert agent_stock.take_back(Batch.objects.get(pk=batch.pk), by=SYSTEM, now=NOW) == 20
    found = agent_days.figures(amina, DAY, DAY)
    assert (found.top_ups, found.sales, found.commissions, found.returns) == (500_000, -200_000, 25_000, 0)
    assert (found.closing, found.due) == (325_000, 0)
    assert close(amina, 0).balance_minor == 325_000
    for by in agent_report.BY:
        (row,) = agent_report.rows(by, DAY, DAY)
        assert (row["count"], row["price_minor"], row["commission_minor"]) == (40, 200_000, 25_000), by
