"""The breaker opens after failures in a row, waits longer each time up to a limit, and forgets at the first answer."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from routers import breaker
from routers.breaker import Breaker, State

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=40))
def test_pauses_grow_and_end(dice: list[float]) -> None:
    one, now = Breaker(), NOW
    for count, each in enumerate(dice, 1):
        one = breaker.failed(one, now=now, dice=each)
        if count < breaker.OPENS_AFTER:
            assert one.state(now) is State.CLOSED
            continue
        assert one.until is not None and one.state(now) is State.OPEN and not one.allows(now)
        length = one.until - now
        assert breaker.FIRST_PAUSE * 0.7 < length <= breaker.LONGEST_PAUSE * 1.25
        now = one.until
        assert one.state(now) is State.HALF and one.allows(now)


def test_a_full_router_is_left_alone_at_once() -> None:
    one = breaker.failed(Breaker(), now=NOW, dice=0.5, at_once=True)
    assert one == Breaker(breaker.OPENS_AFTER, NOW + timedelta(seconds=30))
