"""Guessing has an end, and one that is forgiven; what is remembered has a bound."""

from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.sstp import guesses
from kmikro.lib.sstp.guesses import BURST, EVERY, Guesses


def test_after_a_burst_it_waits_and_is_forgiven_one_by_one() -> None:
    watch = Guesses()
    for each in range(BURST):
        assert watch.may_try("192.0.2.1", 0.0), each
        watch.failed("192.0.2.1", 0.0)
    assert not watch.may_try("192.0.2.1", 0.0)
    assert watch.may_try("192.0.2.2", 0.0), "its neighbour did nothing"
    assert watch.may_try("192.0.2.1", EVERY)
    watch.failed("192.0.2.1", EVERY)
    assert not watch.may_try("192.0.2.1", EVERY)
    assert watch.may_try("192.0.2.1", EVERY * (BURST + 2))
    assert len(watch._full_at) == 0, "all is forgiven and forgotten"


@given(st.lists(st.floats(0, 3), max_size=300))
def test_however_often_it_fails_it_never_waits_longer_than_the_burst(steps: list[float]) -> None:
    watch, now = Guesses(), 0.0
    for step in steps:
        now += step
        watch.failed("a", now)
    assert watch.may_try("a", now + EVERY * BURST)


def test_many_addresses_are_not_all_remembered() -> None:
    watch = Guesses()
    for each in range(guesses.MOST + 50):
        watch.failed(str(each), 0.0)
    assert len(watch._full_at) == guesses.MOST
