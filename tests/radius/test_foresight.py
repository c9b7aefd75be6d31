"""What a subscriber of a plan will see, foreseen by the rules that RADIUS uses."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmikro.lib.timetable import windows_of
from kmikro.lib.validity import Validity
from radius.foresight import DAYS, Foreseen, Habit, foresee
from radius.known import PlanFacts
from radius.terms import Fallback, extras
from subscribers.speeds import speeds_of
from subscribers.stages import stages_of

NAIROBI, NEW_YORK = ZoneInfo("Africa/Nairobi"), ZoneInfo("America/New_York")
BEGUN = datetime(2026, 11, 1, tzinfo=NAIROBI).timestamp()
GB, MBPS = 10**9, 10**6
PLAN = PlanFacts(1, "Ten", 1, 10 * MBPS, 5 * MBPS)
EVENINGS = Habit(2 * GB, 18, 23)


def see(plan: PlanFacts, habit: Habit = EVENINGS, **more: object) -> Foreseen:
    kept: dict[str, object] = {"voucher": False, "given": {}, **more}
    return foresee(plan, habit, BEGUN, NAIROBI, **kept)  # type: ignore[arg-type]


def kinds(found: Foreseen) -> list[tuple[str, str]]:
    return [(each.kind, each.code) for each in found.events]


def test_without_limits_nothing_happens_for_two_months() -> None:
    found = see(PLAN)
    assert kinds(found) == [("online", "")]
    assert len(found.days) == DAYS
    assert {(each.moved, each.refused_seconds) for each in found.days} == {(2 * GB, 0)}


def test_fair_use_slows_down_and_comes_back_with_the_month() -> None:
    stage = {"period": "month", "after_bytes": 20 * GB, "download_bps": MBPS, "upload_bps": MBPS}
    found = see(replace(PLAN, stages=stages_of([stage])))
    assert kinds(found)[:3] == [("online", ""), ("slower", "fair_use"), ("online", "")]
    slower, back = found.events[1], found.events[2]
    assert datetime.fromtimestamp(slower.at, NAIROBI).day == 11, "2 GB a day are 20 GB in ten days"
    assert slower.octets == 20 * GB
    assert (datetime.fromtimestamp(back.at, NAIROBI).month, datetime.fromtimestamp(back.at, NAIROBI).day) == (
        12,
        1,
    )
    assert "20 GB of this month" in slower.text
    assert found.days[15].slowest_bps == MBPS


def test_data_ends_to_the_byte_and_the_isp_may_give_a_garden() -> None:
    plan = replace(PLAN, data_limit_bytes=5 * GB + 1)
    found = see(plan)
    assert kinds(found) == [("online", ""), ("refused", "data_spent")]
    assert sum(each.moved for each in found.days) == 5 * GB + 1
    assert found.events[1].message, "what the customer reads"
    garden = Fallback("data_spent", 0, 0, extras(address_list="walled"), 900)
    assert kinds(see(plan, given={"data_spent": garden}))[1] == ("garden", "data_spent")


def test_a_voucher_ends_a_month_after_its_first_use() -> None:
    found = see(replace(PLAN, validity=Validity(months=1), grace_seconds=86_400), voucher=True)
    assert kinds(found) == [("online", ""), ("online", "grace"), ("refused", "ended")]
    first, grace, over = (datetime.fromtimestamp(each.at, NAIROBI) for each in found.events)
    assert (first.day, first.hour) == (1, 18)
    assert (grace.month, grace.day, grace.hour) == (12, 1, 18)
    assert (over.month, over.day, over.hour) == (12, 2, 18)


def test_a_quota_of_the_day_opens_again_each_midnight() -> None:
    habit = Habit(24 * GB, 20, 4)
    found = see(replace(PLAN, daily_data_bytes=6 * GB), habit)
    wanted = [("online", ""), ("refused", "day_data_spent"), ("online", ""), ("refused", "day_data_spent")]
    assert kinds(found)[:4] == wanted
    assert datetime.fromtimestamp(found.events[2].at, NAIROBI).hour == 0
    assert max(each.moved for each in found.days) == 6 * GB


def test_hours_are_the_isps() -> None:
    windows = windows_of([{"days": [0, 1, 2, 3, 4, 5, 6], "from": "20:00", "to": "22:00"}])
    found = see(replace(PLAN, windows=windows))
    assert kinds(found)[:3] == [("refused", "outside_hours"), ("online", ""), ("refused", "outside_hours")]
    assert {each.refused_seconds for each in found.days} == {3 * 3600}


def test_a_line_carries_no_more_than_its_speed() -> None:
    found = see(replace(PLAN, download_bps=MBPS, upload_bps=MBPS), Habit(1000 * GB, 0, 24))
    assert all(each.moved == 2 * MBPS * 86_400 // 8 for each in found.days)


def test_a_plan_for_one_place_is_judged_as_if_there() -> None:
    assert kinds(see(replace(PLAN, sites=frozenset({7}), lock="list"))) == [("online", "")]


def test_a_day_of_25_hours_is_a_day() -> None:
    begun = datetime(2026, 10, 31, tzinfo=NEW_YORK).timestamp()
    found = foresee(PLAN, Habit(24 * GB), begun, NEW_YORK, voucher=False, given={}, days=3)
    assert [each.moved // GB for each in found.days] == [24, 25, 23]


@pytest.mark.parametrize(("begin", "end", "hours"), [(18, 23, 5), (22, 6, 8), (0, 24, 24), (5, 5, 24)])
def test_habits_go_past_midnight(begin: int, end: int, hours: int) -> None:
    habit = Habit(GB, begin, end)
    assert habit.hours == hours
    assert sum(habit.wants(each) for each in range(24)) == hours


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 500 * GB), st.integers(0, 23), st.integers(1, 24), st.one_of(st.none(), st.integers(1, 300 * GB)),
    st.one_of(st.none(), st.integers(1, 20 * GB)),
)  # fmt: skip
def test_nobody_gets_more_than_was_sold(
    octets: int, begin: int, end: int, limit: int | None, daily: int | None
) -> None:
    plan = replace(PLAN, data_limit_bytes=limit, daily_data_bytes=daily)
    found = foresee(plan, Habit(octets, begin, end), BEGUN, NAIROBI, voucher=True, given={}, days=10)
    moved = [each.moved for each in found.days]
    assert sum(moved) <= (limit if limit is not None else sum(moved))
    assert max(moved) <= (daily if daily is not None else max(moved))
    assert all(each.moved <= each.wanted for each in found.days)


def test_speeds_of_the_night_are_seen_each_night() -> None:
    row = {
        "days": list(range(7)),
        "from": "22:00",
        "to": "24:00",
        "download_bps": 50 * MBPS,
        "upload_bps": MBPS,
    }
    found = see(replace(PLAN, speeds=speeds_of([row])))
    assert kinds(found)[:4] == [("online", ""), ("online", "speed"), ("online", ""), ("online", "speed")]
    assert datetime.fromtimestamp(found.events[1].at, NAIROBI).hour == 22
    assert "50 Mbps down" in found.events[1].text


def test_after_its_quota_it_goes_on_as_on_the_plan_that_comes_after() -> None:
    own = Fallback("data_spent", 100_000, 100_000, extras(), 900, "Slow")
    found = see(replace(PLAN, data_limit_bytes=5 * GB, instead=(own,)))
    assert kinds(found) == [("online", ""), ("slower", "data_spent")]
    assert 0 < found.days[-1].moved < found.days[-1].wanted, "slowly"
    assert "the plan Slow" in found.events[1].text
