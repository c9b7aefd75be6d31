"""A lease has one holder; whoever held it before writes nothing, and a router that ends its workers is left alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routers import lease
from routers.models import Router
from tests.factories import make_router

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
OVER = lease.LENGTH + timedelta(seconds=1)


@pytest.fixture
def number(inside_isp: Any) -> int:
    return make_router().pk


def test_one_holder_at_a_time_and_each_taking_raises_the_fence(number: int) -> None:
    first = lease.take(number, now=NOW)
    assert first is not None and lease.held(number, first).pk == number
    assert lease.take(number, now=NOW + lease.LENGTH) is None
    second = lease.take(number, now=NOW + OVER)
    assert second == first + 1
    with pytest.raises(lease.Lost):
        lease.held(number, first)
    lease.give_back(number, first)  # by the one who slept: the other's lease stays
    assert lease.take(number, now=NOW + OVER) is None
    lease.give_back(number, second)
    assert lease.take(number, now=NOW + OVER) == second + 1


def test_a_router_that_is_gone_or_has_no_address_is_nobodys(number: int) -> None:
    Router.objects.update(address=None)
    assert lease.take(number, now=NOW) is None
    assert lease.take(number + 1, now=NOW) is None


def test_after_three_talks_that_nobody_ended_it_is_left_alone_for_an_hour(number: int) -> None:
    now = NOW
    for _ in range(lease.MOST_DEATHS):
        assert not lease.is_stuck(Router.objects.get())
        assert lease.begin(number, now=now)
        now += OVER
    assert lease.is_stuck(Router.objects.get())
    ends = Router.objects.get().leased_until
    assert ends is not None
    assert not lease.begin(number, now=ends + lease.QUARANTINE)
    assert lease.begin(number, now=ends + lease.QUARANTINE + timedelta(seconds=1)), "one more try"
    again = Router.objects.get()
    assert not lease.begin(number, now=now + lease.QUARANTINE + OVER), "that ended its worker too"
    lease.give_back(number, again.lease_fence)
    assert not lease.is_stuck(Router.objects.get()) and lease.begin(number, now=now)
