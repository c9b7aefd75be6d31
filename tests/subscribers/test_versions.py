"""Versions of plans: who gets what, what is kept, and that nobody rewrites the past."""

from dataclasses import replace

import pytest
from django.db import InternalError, ProgrammingError, transaction

from accounts.journal import Actor
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from subscribers import plans, rules, versions
from subscribers.models import Plan, PlanVersion, Service
from subscribers.plans import Terms
from subscribers.versions import Reach
from tenants.models import Isp
from tests.factories import NOW, make_service

BY = Actor(None, "Ana")
DAY = Terms("Day", 5000, "KES", 5_000_000, 2_000_000, validity_days=1)


@pytest.fixture
def plan(inside_isp: Isp) -> Plan:
    return plans.create(DAY, by=BY, now=NOW)


def numbers(plan: Plan) -> list[int]:
    return [each.number for each in versions.history(plan)]


def test_a_plan_begins_with_a_version_and_each_change_makes_one(plan: Plan) -> None:
    plans.change(plan, replace(DAY, price_minor=6000), by=BY, now=NOW)
    rules.settle(plan, rules.Rules(grace_seconds=3600), by=BY, now=NOW)
    rules.settle(plan, rules.Rules(grace_seconds=3600), by=BY, now=NOW)  # nothing differs
    assert numbers(plan) == [3, 2, 1]
    was = [versions.as_plan(each) for each in versions.history(plan)]
    assert [(each.price_minor, each.grace_seconds) for each in was] == [(6000, 3600), (6000, 0), (5000, 0)]
    assert Plan.objects.get().version == 3
    assert JournalEntry.objects.filter(verb="plan.rules").get().facts["version"] == 3


def test_for_new_sales_only_who_has_it_keeps_a_frozen_copy(plan: Plan) -> None:
    held = make_service(plan=plan)
    plans.change(plan, replace(DAY, download_bps=10_000_000), by=BY, now=NOW, reach=Reach.NEW)
    held.refresh_from_db()
    kept = held.plan
    assert (kept.frozen_of_id, kept.version, kept.is_archived) == (plan.pk, 1, True)
    assert versions.terms_of(kept) == versions.terms_of(versions.as_plan(versions.history(plan)[1]))
    plan.refresh_from_db()
    assert (plan.version, plan.download_bps, plan.is_archived) == (2, 10_000_000, False)
    # A second change leaves the first copy alone and makes one of those who came between.
    between = make_service(plan=plan)
    plans.change(plan, replace(DAY, download_bps=20_000_000), by=BY, now=NOW, reach=Reach.NEW)
    held.refresh_from_db()
    between.refresh_from_db()
    assert (held.plan.version, between.plan.version) == (1, 2)


def test_where_nobody_has_it_nothing_is_copied(plan: Plan) -> None:
    plans.change(plan, replace(DAY, devices=2), by=BY, now=NOW, reach=Reach.NEW)
    assert Plan.objects.count() == 1


def test_those_with_older_terms_are_brought_up_together(plan: Plan) -> None:
    held = [make_service(plan=plan) for _ in range(3)]
    plans.change(plan, replace(DAY, devices=2), by=BY, now=NOW, reach=Reach.NEW)
    frozen = Plan.objects.get(frozen_of=plan)
    assert versions.bring_up(frozen, by=BY, now=NOW) == 3
    assert {each.plan_id for each in Service.objects.all()} == {plan.pk}
    assert versions.bring_up(frozen, by=BY, now=NOW) == 0
    assert JournalEntry.objects.filter(verb="plan.bring_up").count() == 1
    with pytest.raises(Refusal, match="newest terms already"):
        versions.bring_up(plan, by=BY, now=NOW)
    assert held[0].pk


def test_a_frozen_copy_is_neither_changed_nor_sold(plan: Plan) -> None:
    make_service(plan=plan)
    plans.change(plan, replace(DAY, devices=2), by=BY, now=NOW, reach=Reach.NEW)
    frozen = Plan.objects.get(frozen_of=plan)
    for act in (
        lambda: plans.change(frozen, replace(DAY, devices=3), by=BY, now=NOW),
        lambda: rules.settle(frozen, rules.Rules(priority=1), by=BY, now=NOW),
        lambda: plans.archive(frozen, by=BY, now=NOW),
        lambda: plans.restore(frozen, by=BY, now=NOW),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert refused.value.code == "frozen"


def test_a_taken_name_leaves_everybody_where_they_were(plan: Plan) -> None:
    plans.create(replace(DAY, name="Week"), by=BY, now=NOW)
    held = make_service(plan=plan)
    with pytest.raises(Refusal, match="already called"):
        plans.change(plan, replace(DAY, name="Week"), by=BY, now=NOW, reach=Reach.NEW)
    held.refresh_from_db()
    assert held.plan_id == plan.pk
    assert numbers(plan) == [1]


@pytest.mark.parametrize("act", ["update", "delete"])
def test_the_database_keeps_versions_as_they_are(plan: Plan, act: str) -> None:
    rows = PlanVersion.objects.filter(plan=plan)
    with pytest.raises((InternalError, ProgrammingError), match="never changed"), transaction.atomic():
        rows.update(terms={}) if act == "update" else rows._raw_delete(rows.db)
    assert rows.get().terms["name"] == "Day"


def test_terms_are_what_is_sold_and_nothing_of_the_row() -> None:
    named = set(versions.columns())
    assert set(Terms.__slots__) <= named
    assert set(rules.Rules.__slots__) <= named
    assert not named & {"id", "version", "frozen_of_id", "is_archived", "made_at", "changed_at"}


@pytest.mark.parametrize("text", ["", "all", "NEW"])
def test_a_change_reaches_everybody_or_what_is_new(text: str) -> None:
    with pytest.raises(Refusal):
        versions.read_reach(text)
