"""Many book for one agent at once: the float is never spent twice. With the lock off it would be."""

from datetime import UTC, datetime
from threading import Barrier, Thread

from django.db import IntegrityError, connection
from django.db.models import Sum

from accounts.journal import SYSTEM
from billing import agent_ledger, agent_sales
from billing.agent_models import Agent
from billing.stock_models import Sale
from kmikro.lib.refusal import Refusal
from tenants import scope
from tests.factories import make_agent, make_batch, make_plan, make_voucher

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at_once(schema, number, act):
    """Run it in so many threads that begin together; what each raised, or None."""
    start, ended = Barrier(number), []

    def run():
        try:
            with scope.inside(schema):
                start.wait(20)
                act()
            ended.append(None)
        except Exception as error:
            ended.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return ended


def test_eight_who_spend_at_once_spend_what_is_there_and_not_more(fresh_isp, monkeypatch):
    schema = fresh_isp.schema_name
    with scope.inside(schema):
        agent = make_agent()
        agent_ledger.top_up(agent, 100, by=SYSTEM, now=NOW)

    def spend():
        agent_ledger.correct(agent, -30, "Spent", by=SYSTEM, now=NOW)

    ended = at_once(schema, 8, spend)
    assert sorted(type(each).__name__ for each in ended) == ["NoneType"] * 3 + ["Refusal"] * 5
    with scope.inside(schema):
        held = Agent.objects.get(pk=agent.pk)
        assert held.balance_minor == held.ledger.aggregate(sum=Sum("amount_minor"))["sum"] == 10

    # The control: without the lock both have seen the float of before, and only the unique number saves it.
    seen = Barrier(2)

    def unlocked(agent_id):
        found = Agent.objects.get(pk=agent_id)
        seen.wait(20)
        return found

    with scope.inside(schema):
        agent_ledger.top_up(agent, 20, by=SYSTEM, now=NOW)
    monkeypatch.setattr(agent_ledger, "locked", unlocked)
    ended = at_once(schema, 2, spend)
    assert not any(isinstance(each, Refusal) for each in ended)
    assert [type(each) for each in ended if each is not None] == [IntegrityError]


def test_taps_at_once_sell_each_voucher_once_and_not_more_than_the_float(fresh_isp):
    schema = fresh_isp.schema_name
    with scope.inside(schema):
        plan = make_plan(price_minor=5000)
        agent = make_agent(commission=1000)
        agent_ledger.top_up(agent, 14_000, by=SYSTEM, now=NOW)  # three of them
        batch = make_batch(plan=plan, price_minor=5000, count=9, made=9, agent=agent, received_at=NOW)
        for _ in range(9):
            make_voucher(batch=batch)

    def tap(key=""):
        return agent_sales.sell(agent, plan, 1, by=SYSTEM, now=NOW, key=key)

    ended = at_once(schema, 4, lambda: tap("one"))  # a nervous finger
    assert ended == [None] * 4
    ended = at_once(schema, 5, tap)
    assert sorted(type(each).__name__ for each in ended) == ["NoneType"] * 2 + ["Refusal"] * 3
    with scope.inside(schema):
        held = Agent.objects.get(pk=agent.pk)
        assert (held.balance_minor, Sale.objects.count()) == (500, 3)
        assert held.balance_minor == held.ledger.aggregate(sum=Sum("amount_minor"))["sum"]
        assert Sale.objects.values("voucher").distinct().count() == 3
