"""How much of each limit is used: caps, quotas of a day, stages, with what was given on top; marks at 80, 90, 100 %."""

from __future__ import annotations

import pytest

from radius.known import PlanFacts
from radius.quotas import Meter, Quota, next_stage, of
from radius.terms import Used
from subscribers.arranged import NEVER, Arranged
from tests.radius.fakes import facts
from tests.radius.test_policy import NAIROBI, NOW
from tests.radius.test_rules_hours import DAY, MONTH, STAGES, WEEK

GB = 10**9


def plan(**changes: object) -> PlanFacts:
    return facts(**changes).plan


def test_all_limits_of_a_plan() -> None:
    meter = Meter(6 * GB, 2 * GB, 600, Used(DAY, GB // 2, 60, WEEK, GB, MONTH, 3 * GB))
    found = of(
        plan(
            data_limit_bytes=10 * GB, download_limit_bytes=8 * GB, upload_limit_bytes=4 * GB,
            time_limit_seconds=1200, daily_data_bytes=GB, daily_seconds=120, stages=STAGES,
        ),
        meter, NOW, NAIROBI,
    )  # fmt: skip
    assert [(each.what, each.period, each.percent) for each in found] == [
        ("data", "total", 80), ("download", "total", 75), ("upload", "total", 50), ("time", "total", 50),
        ("data", "day", 50), ("time", "day", 50), ("stage", "day", 50), ("stage", "day", 25), ("stage", "month", 6),
    ]  # fmt: skip
    stage = next_stage(found)
    assert stage is not None and (stage.number, stage.download_bps) == (1, 2_000_000)
    assert (stage.begins_at, stage.ends_at) == (DAY, DAY + 86_400)


def test_what_was_read_in_an_earlier_period_counts_for_nothing() -> None:
    meter = Meter(0, 0, 0, Used(DAY - 86_400, 9 * GB, 99, WEEK, GB, MONTH, 3 * GB))
    found = of(plan(daily_data_bytes=GB, daily_seconds=120), meter, NOW, NAIROBI)
    assert [each.used for each in found] == [0, 0]


def test_extra_data_makes_its_limit_larger() -> None:
    more = (
        Arranged("data", 1, 0.0, NEVER, 5 * GB, "total"),
        Arranged("data", 2, NOW - 1, DAY + 86_400, GB, "day"),
    )
    found = of(plan(data_limit_bytes=10 * GB, stages=STAGES), Meter(0, 0, 0, (), more), NOW, NAIROBI)
    assert [each.limit for each in found] == [15 * GB, 2 * GB, 3 * GB, 50 * GB]


@pytest.mark.parametrize(
    ("used", "marks"), [(79, ()), (80, (80,)), (89, (80,)), (90, (80, 90)), (100, (80, 90, 100)), (250, (80, 90, 100))]
)  # fmt: skip
def test_marks(used: int, marks: tuple[int, ...]) -> None:
    assert Quota("data", "total", 100, used).marks == marks


def test_beyond_four_gibibytes_nothing_wraps() -> None:
    five_tb = 5 * 10**12
    found = of(plan(data_limit_bytes=5 * 10**12), Meter(five_tb - 1, 0, 0), NOW, NAIROBI)
    assert (found[0].percent, found[0].marks) == (99, (80, 90))
