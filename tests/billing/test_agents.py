"""Agents: who signs in as whom, who is below whom, and what a plan costs with them."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from billing import agents
from billing.agent_models import Agent, AgentPrice
from billing.agent_sums import Terms
from billing.agents import Wanted
from kmikro.lib.refusal import Refusal
from tests.factories import make_agent, make_plan

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def made(**wanted):
    return agents.create(Wanted(**{"name": "Amina", **wanted}), currency="KES", by=SYSTEM, now=NOW)


def refused(act):
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.code, caught.value.field


def test_made_changed_and_stopped_with_a_line_in_the_journal(people):
    agent = made(name="  Amina \n Duka ", user_id=people["reseller"].pk, commission=1250)
    assert (agent.name, agent.is_prepaid, agent.balance_minor) == ("Amina Duka", True, 0)
    agent = agents.change(agent, replace(agents.wanted_of(agent), limit_minor=5000), by=SYSTEM, now=NOW)
    assert JournalEntry.objects.get(verb="agent.change").facts == {"changed": {"limit_minor": [0, 5000]}}
    agents.change(agent, agents.wanted_of(agent), by=SYSTEM, now=NOW)
    assert JournalEntry.objects.filter(verb="agent.change").count() == 1
    for act, is_active in ((agents.stop, False), (agents.stop, False), (agents.resume, True)):
        assert act(agent, by=SYSTEM, now=NOW).is_active is is_active
    assert JournalEntry.objects.filter(verb="agent.stop").count() == 1


def test_only_resellers_sign_in_as_agents_and_each_as_one(people):
    assert refused(lambda: made(user_id=people["owner"].pk)) == ("not_reseller", "user")
    made(user_id=people["reseller"].pk)
    assert refused(lambda: made(name="B", user_id=people["reseller"].pk)) == ("login_taken", "user")


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"name": " "}, "name"),
        ({"commission": 10_001}, "commission"),
        ({"limit_minor": -1}, "limit_minor"),
        ({"per_hour": 0}, "per_hour"),
        ({"per_day_minor": -1}, "per_day_minor"),
        ({"parent_id": 999_999}, "parent"),
    ],
)
def test_nonsense_is_no_agent(inside_isp, wanted, field):
    assert refused(lambda: made(**wanted))[1] == field
    assert not Agent.objects.exists()


def test_no_circle_and_three_levels_at_most(inside_isp):
    top = made(name="Top")
    middle = made(name="Middle", parent_id=top.pk)
    low = made(name="Low", parent_id=middle.pk)

    def put(agent, parent):
        wanted = replace(agents.wanted_of(agent), parent_id=parent.pk)
        return lambda: agents.change(agent, wanted, by=SYSTEM, now=NOW)

    assert refused(lambda: made(name="Deep", parent_id=low.pk)) == ("too_deep", "parent")
    assert refused(put(top, top))[0] == refused(put(top, low))[0] == "circle"
    other = made(name="Other")
    put(other, top)()
    assert refused(put(middle, other)) == ("too_deep", "parent")  # with who is below
    assert refused(
        lambda: agents.create(Wanted("D", parent_id=top.pk), currency="USD", by=SYSTEM, now=NOW)
    ) == (
        "other_currency",
        "parent",
    )


def test_a_person_sees_themselves_and_who_is_below(people):
    mine = make_agent(user=people["reseller"])
    child = make_agent(parent=mine)
    grandchild, stranger = make_agent(parent=child), make_agent(name="Stranger")
    assert set(agents.search(me=people["reseller"].pk)) == {mine, child, grandchild}
    assert agents.search().count() == 4
    assert list(agents.search("strang")) == [stranger]
    assert {each.pk: each.below for each in agents.search()}[mine.pk] == 1
    agents.stop(stranger, by=SYSTEM, now=NOW)
    assert list(agents.search(state="stopped")) == [stranger]


def test_prices_of_plans_come_before_the_agents_commission(inside_isp):
    agent, day, week, month = (
        make_agent(commission=1000),
        make_plan(price_minor=5000),
        make_plan(),
        make_plan(),
    )

    def price(plan, **given):
        agents.price(agent, plan, given, by=SYSTEM, now=NOW)

    price(day, sells_for_minor=6000, pays_minor=4500)
    price(week, commission=500)
    assert agents.terms(agent, [day.pk, week.pk, month.pk]) == {
        day.pk: Terms(1000, 6000, 4500),
        week.pk: Terms(500),
        month.pk: Terms(1000),
    }
    price(day)
    assert list(AgentPrice.objects.values_list("plan_id", flat=True)) == [week.pk]
    assert refused(lambda: price(day, pays_minor=5001)) == ("pays_more", "pays_minor")
    assert refused(lambda: price(day, pays_minor=1, commission=1)) == ("price_twice", "commission")
    assert refused(lambda: price(day, commission=10_001))[1] == "commission"
