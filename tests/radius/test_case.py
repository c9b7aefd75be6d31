"""What several rules ask about, worked out once."""

from __future__ import annotations

from dataclasses import replace

from radius.case import Case
from radius.terms import Used
from tests.radius.fakes import facts
from tests.radius.test_policy import MAC, NAIROBI, NOW, live, request
from tests.radius.test_rules_hours import DAY, MONTH, WEEK


def case(**known: object) -> Case:
    return Case(request(), facts(**known), NOW, NAIROBI)


def test_the_service_decides_its_grace_before_the_plan() -> None:
    plan = replace(facts().plan, grace_seconds=100)
    assert case(expires_at=NOW, plan=plan).closes_at == NOW + 100
    assert case(expires_at=NOW, plan=plan, grace_seconds=0).closes_at == NOW
    assert case(plan=plan).closes_at is None


def test_usage_counts_while_its_period_lasts() -> None:
    assert case(used=Used(DAY, 1, 2, WEEK, 3, MONTH, 4)).used() == {"day": 1, "week": 3, "month": 4}
    assert case(used=Used(DAY - 1, 1, 2, WEEK - 1, 3, MONTH, 4)).used() == {"month": 4}
    assert case().used() == {}
    assert (case(used=Used(DAY, 1, 2, WEEK, 3, MONTH, 4)).seconds_today(), case().seconds_today()) == (2, 0)


def test_the_own_session_is_of_this_device_at_this_router() -> None:
    own = live(1, MAC)
    assert case(live=(live(2), own)).own is own
    assert case(live=(live(2),)).own is None
    assert case(live=(live(1, MAC, router_id=9),)).own is None
