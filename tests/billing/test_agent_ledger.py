"""The ledger of an agent: the balance is the sum of rows that nobody changes, and never below its limit."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from billing import agent_ledger
from billing.agent_ledger import Given, Kind
from billing.agent_models import Agent, AgentEntry
from kmikro.lib.refusal import Refusal
from tests.factories import make_agent

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BY = SYSTEM


@pytest.fixture
def amina(inside_isp):
    return make_agent(name="Amina")


def rows(agent):
    return list(agent.ledger.order_by("number").values_list("kind", "amount_minor", "balance_minor"))


def test_float_is_bought_and_corrected_with_a_reason(amina):
    agent_ledger.top_up(amina, 500_000, by=BY, now=NOW, text=" Cash \n at the counter ")
    agent_ledger.correct(amina, -20_000, "Counted twice", by=BY, now=NOW)
    assert rows(amina) == [("top_up", 500_000, 500_000), ("correction", -20_000, 480_000)]
    amina.refresh_from_db()
    assert (amina.balance_minor, amina.entries) == (480_000, 2)
    first = amina.ledger.get(number=1)
    assert (first.text, first.by, first.day) == ("Cash at the counter", "K-Mikro", date(2026, 11, 22))
    assert set(JournalEntry.objects.values_list("verb", flat=True)) >= {"agent.top_up", "agent.correct"}


@pytest.mark.parametrize("amount", [0, -5, 10**15 + 1])
def test_nonsense_is_no_float(amina, amount):
    with pytest.raises(Refusal):
        agent_ledger.top_up(amina, amount, by=BY, now=NOW)
    with pytest.raises(Refusal):
        agent_ledger.correct(amina, 0, "Nothing", by=BY, now=NOW)
    with pytest.raises(Refusal) as refused:
        agent_ledger.correct(amina, 100, " \n", by=BY, now=NOW)
    assert (refused.value.code, rows(amina)) == ("no_reason", [])


def test_a_prepaid_float_never_goes_below_zero_and_credit_never_below_its_limit(amina):
    agent_ledger.top_up(amina, 100, by=BY, now=NOW)
    with pytest.raises(Refusal, match="float is KSh\u00a01, and this takes KSh\u00a01.01"):
        agent_ledger.correct(amina, -101, "Too much", by=BY, now=NOW)
    amina.limit_minor = 50
    amina.save(update_fields=["limit_minor"])
    agent_ledger.correct(amina, -150, "To the limit", by=BY, now=NOW)
    with pytest.raises(Refusal, match="limit of"):
        agent_ledger.correct(amina, -1, "Below it", by=BY, now=NOW)
    assert rows(amina)[-1] == ("correction", -150, -50)


def test_the_database_refuses_rows_below_the_limit_too(amina):
    with pytest.raises(IntegrityError, match="agent_entry_within_limit"), transaction.atomic():
        AgentEntry.objects.create(
            agent=amina, number=1, at=NOW, day=NOW.date(), kind="sale", amount_minor=-1, balance_minor=-1, limit_minor=0, by="x"
        )  # fmt: skip


@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_keeps_rows_as_they_are(amina, act):
    agent_ledger.top_up(amina, 100, by=BY, now=NOW)
    held = AgentEntry.objects.filter(agent=amina)
    with pytest.raises((InternalError, ProgrammingError), match="never changed"), transaction.atomic():
        held.update(amount_minor=200) if act == "update" else held.delete()
    assert rows(amina) == [("top_up", 100, 100)]


def test_a_form_that_is_sent_twice_is_booked_once(amina):
    first = agent_ledger.top_up(amina, 100, by=BY, now=NOW, key="a")
    assert agent_ledger.top_up(amina, 100, by=BY, now=NOW, key="a") == first
    with pytest.raises(Refusal) as refused:
        agent_ledger.top_up(amina, 200, by=BY, now=NOW, key="a")
    assert (refused.value.code, rows(amina)) == ("key_reused", [("top_up", 100, 100)])


def test_float_goes_to_agents_directly_below(amina):
    below, stranger = make_agent(name="Baraka", parent=amina), make_agent(name="Chebet")
    agent_ledger.top_up(amina, 1000, by=BY, now=NOW)
    for _ in range(2):
        agent_ledger.send(amina, below, 400, by=BY, now=NOW, key="k")
    assert rows(amina)[-1] == ("sent", -400, 600)
    assert rows(below) == [("received", 400, 400)]
    assert (amina.ledger.get(number=2).other, below.ledger.get().other) == (below, amina)
    for receiver, code in ((stranger, "not_below"), (amina, "not_below")):
        with pytest.raises(Refusal) as refused:
            agent_ledger.send(amina, receiver, 1, by=BY, now=NOW)
        assert refused.value.code == code
    with pytest.raises(Refusal, match="float is"):
        agent_ledger.send(amina, below, 601, by=BY, now=NOW)
    Agent.objects.filter(pk=below.pk).update(is_active=False)
    with pytest.raises(Refusal, match="stopped"):
        agent_ledger.send(amina, below, 1, by=BY, now=NOW)
    assert sum(each.balance_minor for each in Agent.objects.all()) == 1000


def test_days_are_those_of_the_isp_and_a_closed_one_gets_no_row(amina):
    late = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)  # half past midnight in Nairobi
    assert agent_ledger.day_for(amina, late) == date(2026, 11, 23)
    amina.closed_until = date(2026, 11, 23)
    assert agent_ledger.day_for(amina, late) == date(2026, 11, 24)
    assert agent_ledger.day_for(amina, late + timedelta(days=5)) == date(2026, 11, 28)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 300), st.lists(st.integers(-200, 200), min_size=1, max_size=25))
def test_the_balance_is_the_sum_of_the_rows_whatever_is_tried(inside_isp, limit, amounts):
    with transaction.atomic():
        agent = make_agent(limit_minor=limit)
        for amount in amounts:
            held = agent_ledger.locked(agent.pk)
            try:
                with transaction.atomic():
                    agent_ledger.post(held, [Given(Kind.CORRECTION, amount)], by=BY, now=NOW)
            except Refusal:
                assert held.balance_minor + amount < -limit
        agent.refresh_from_db()
        booked = agent.ledger.order_by("number")
        assert agent.balance_minor == (booked.aggregate(sum=Sum("amount_minor"))["sum"] or 0) >= -limit
        assert [each.number for each in booked] == list(range(1, agent.entries + 1))
        transaction.set_rollback(True)
