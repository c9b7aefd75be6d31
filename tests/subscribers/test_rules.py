"""Rules of a plan: checked before they are kept, journalled as what changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from subscribers.models import Plan
from subscribers.rules import Rules, rules_of, settle
from tenants import scope
from tenants.models import Isp
from tests.factories import NOW, make_plan, make_router

STAGE = {"period": "day", "after_bytes": 10**9, "download_bps": 10**6, "upload_bps": 10**6}
HOURS = {"days": [0], "from": "08:00", "to": "20:00"}


@pytest.fixture(autouse=True)
def inside(isp: Isp) -> Iterator[None]:
    with scope.inside(isp.schema_name):
        yield


def test_a_plan_begins_without_any() -> None:
    assert rules_of(make_plan()) == Rules()


def test_they_are_kept_and_only_changes_are_journalled() -> None:
    plan, router = make_plan(), make_router()
    wanted = Rules(
        grace_seconds=86_400, windows=[HOURS], stages=[STAGE], lock="first", routers=[router.pk],
        sites=[router.site_id], priority=3, address_list="night list", daily_seconds=7200,
    )  # fmt: skip
    settle(plan, wanted, by=SYSTEM, now=NOW)
    assert rules_of(Plan.objects.get(pk=plan.pk)) == wanted
    settle(plan, wanted, by=SYSTEM, now=NOW)
    settle(plan, replace(wanted, priority=4), by=SYSTEM, now=NOW)
    [first, second] = JournalEntry.objects.filter(verb="plan.rules").order_by("id")
    assert second.facts["changed"] == {"priority": [3, 4]}
    assert "burst_seconds" not in first.facts["changed"]


def test_a_place_that_is_gone_hinders_no_other_change() -> None:
    plan = make_plan(routers=[10**9], sites=[10**9])
    settle(plan, replace(rules_of(plan), priority=3), by=SYSTEM, now=NOW)
    assert rules_of(Plan.objects.get(pk=plan.pk)) == Rules(priority=3, routers=[10**9], sites=[10**9])
    with pytest.raises(Refusal):
        settle(plan, replace(rules_of(plan), routers=[10**9, 10**9 + 1]), by=SYSTEM, now=NOW)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        ({"grace_seconds": -1}, "grace_seconds"),
        ({"daily_data_bytes": 5}, "daily_data_bytes"),
        ({"daily_seconds": 86_401}, "daily_seconds"),
        ({"upload_limit_bytes": 0}, "upload_limit_bytes"),
        ({"windows": [{**HOURS, "from": "8"}]}, "windows"),
        ({"stages": [{**STAGE, "period": "year"}]}, "stages"),
        ({"lock": "all"}, "lock"),
        ({"sale_limit": "year"}, "sale_limit"),
        ({"sale_windows": [{}]}, "sale_windows"),
        ({"free_windows": [{}]}, "free_windows"),
        ({"carry": "often"}, "carry"),
        ({"carry_limit_bytes": 5}, "carry_limit_bytes"),
        ({"moves_a_day": 101}, "moves_a_day"),
        ({"speeds": [{}]}, "speeds"),
        ({"end_plan_id": 10**9}, "end_plan_id"),
        ({"quota_plan_id": 10**9}, "quota_plan_id"),
        ({"sites": [999_999]}, "sites"),
        ({"routers": [999_999]}, "routers"),
        ({"routers": list(range(1_001))}, "routers"),
        ({"burst_download_bps": 10**12}, "burst_download_bps"),
        ({"burst_seconds": 601}, "burst_seconds"),
        ({"priority": 9}, "priority"),
        ({"idle_seconds": 5}, "idle_seconds"),
        ({"address_list": "two\nlines"}, "address_list"),
        ({"pool": "ä" * 40}, "pool"),
    ],
)
def test_what_will_not_do_is_refused(bad: dict[str, Any], field: str) -> None:
    plan = make_plan()
    with pytest.raises(Refusal) as refusal:
        settle(plan, Rules(**bad), by=SYSTEM, now=NOW)
    assert refusal.value.field == field
    assert rules_of(Plan.objects.get(pk=plan.pk)) == Rules()


def test_another_plan_may_come_after_but_not_itself_and_not_a_frozen_one() -> None:
    plan, slow = make_plan(), make_plan(name="Slow")
    settle(plan, Rules(end_plan_id=slow.pk, quota_plan_id=slow.pk), by=SYSTEM, now=NOW)
    held = Plan.objects.get(pk=plan.pk)
    assert (held.end_plan, held.quota_plan) == (slow, slow)
    frozen = make_plan(name="Old", frozen_of=slow)
    for wanted in (plan, frozen):
        with pytest.raises(Refusal) as refusal:
            settle(plan, Rules(end_plan_id=wanted.pk), by=SYSTEM, now=NOW)
        assert refusal.value.field == "end_plan_id"
