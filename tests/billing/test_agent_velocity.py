"""How fast an agent may sell: what hinders now is free at the moment that is told, and not before."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.agent_velocity import HOUR, Limits, Sold, Wait, wait

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, 21, tzinfo=UTC)
ages = st.lists(st.integers(0, 3599), max_size=12).map(
    lambda found: [NOW - timedelta(seconds=age) for age in sorted(found, reverse=True)]
)


def test_without_limits_nothing_hinders() -> None:
    assert wait(Limits(), Sold([NOW] * 99, 10**6, 10**12), 20, 10**9, MIDNIGHT) is None


@given(ages, st.integers(1, 12), st.integers(1, 12))
def test_the_hour_is_free_when_it_says_so_and_not_a_second_before(
    hour: list[datetime], most: int, count: int
) -> None:
    limits = Limits(per_hour=most)
    found = wait(limits, Sold(hour, 0, 0), count, 0, MIDNIGHT)
    if found is None:
        assert len(hour) + count <= most
    elif found.free_at is None:
        assert count > most
    else:
        then = [at for at in hour if at > found.free_at - HOUR]
        before = [at for at in hour if at > found.free_at - timedelta(seconds=1) - HOUR]
        assert wait(limits, Sold(then, 0, 0), count, 0, MIDNIGHT) is None
        assert wait(limits, Sold(before, 0, 0), count, 0, MIDNIGHT) is not None


@pytest.mark.parametrize(
    ("limits", "sold", "count", "minor", "wanted"),
    [
        (Limits(per_day=5), Sold([], 5, 0), 1, 1, Wait("per_day", 5, MIDNIGHT)),
        (Limits(per_day=5), Sold([], 4, 0), 1, 1, None),
        (Limits(per_day=5), Sold([], 0, 0), 6, 1, Wait("per_day", 5, None)),
        (Limits(per_day_minor=100), Sold([], 1, 51), 1, 50, Wait("per_day_minor", 100, MIDNIGHT)),
        (Limits(per_day_minor=100), Sold([], 0, 0), 1, 101, Wait("per_day_minor", 100, None)),
        (Limits(1, 1), Sold([NOW], 1, 0), 1, 1, Wait("per_day", 1, MIDNIGHT)),  # what lasts longest is told
        (Limits(1, 9, 10), Sold([NOW], 1, 0), 1, 11, Wait("per_day_minor", 10, None)),
    ],
)
def test_days_and_worth(limits: Limits, sold: Sold, count: int, minor: int, wanted: Wait | None) -> None:
    assert wait(limits, sold, count, minor, MIDNIGHT) == wanted
