"""Two connections to a router, whoever wants them; without the place where they are counted there is none."""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import redis

from routers import seats
from tests.addresses import own

HERE, PORT = own(67), 8728


@pytest.fixture(autouse=True)
def all_free(settings: Any) -> Iterator[None]:
    store = redis.Redis.from_url(settings.REDIS_URL)
    names = [f"kmikro:router-seat:{HERE}:{PORT + n}:{seat}" for n in range(3) for seat in range(seats.SEATS)]
    store.delete(*names, "kmikro:router-slow:0")
    yield
    store.delete(*names, "kmikro:router-slow:0")


def test_a_third_waits_in_vain_and_has_a_seat_when_one_is_free() -> None:
    with ExitStack() as stack:
        stack.enter_context(seats.seat(HERE, PORT))
        with seats.seat(HERE, PORT):
            with pytest.raises(seats.Taken), seats.seat(HERE, PORT, patience=0):
                pytest.fail("a third connection")
            stack.enter_context(seats.seat(HERE, PORT + 1, patience=0))  # another router's
        stack.enter_context(seats.seat(HERE, PORT, patience=0))


def test_a_talk_that_fails_frees_its_seat() -> None:
    for _ in range(seats.SEATS + 1):
        with pytest.raises(ZeroDivisionError), seats.seat(HERE, PORT, patience=0):
            raise ZeroDivisionError


def test_whoever_overslept_frees_no_seat_of_another(settings: Any) -> None:
    store = redis.Redis.from_url(settings.REDIS_URL)
    key = f"kmikro:router-seat:{HERE}:{PORT}:0"
    with seats.seat(HERE, PORT):
        assert 0 < store.ttl(key) <= seats.HELD
        store.set(key, "another")
    assert store.get(key) == b"another"


def test_many_get_those_that_have_a_seat_and_give_all_back() -> None:
    doors = {number: (HERE, PORT + number) for number in range(3)}
    with seats.seat(HERE, PORT), seats.seat(HERE, PORT), seats.seat(HERE, PORT + 1):
        with seats.many(doors) as allowed:
            assert allowed == {1, 2}
            with pytest.raises(seats.Taken), seats.seat(HERE, PORT + 1, patience=0):
                pytest.fail("knocking takes a seat")
        with seats.seat(HERE, PORT + 1, patience=0):
            pass
    with seats.many(doors) as allowed:
        assert allowed == {0, 1, 2}


def test_one_worker_at_a_time_for_routers_in_trouble() -> None:
    with seats.slow_lane():
        with pytest.raises(seats.Taken), seats.slow_lane():
            pytest.fail("two in the slow lane")
    with seats.slow_lane():
        pass


def test_without_the_place_where_they_are_counted_nobody_connects(settings: Any) -> None:
    settings.REDIS_URL = f"redis://{own(68)}:1/0"
    with pytest.raises(seats.Taken, match="does not answer"), seats.seat(HERE, PORT):
        pytest.fail("nobody counted")
    with pytest.raises(seats.Taken, match="does not answer"), seats.many({1: (HERE, PORT)}):
        pytest.fail("nobody counted")


def test_an_isp_whose_visits_fall_silent_one_after_the_other_is_mute_until_one_answers(settings: Any) -> None:
    store = redis.Redis.from_url(settings.REDIS_URL)
    mine, other = "t_mute00000001", "t_mute00000002"
    for each in (mine, other):
        seats.visited(each, silent=False)
    try:
        for number in range(seats.SILENCES):
            assert not seats.is_mute(mine), number
            seats.visited(mine, silent=True)
        assert seats.is_mute(mine) and not seats.is_mute(other)
        assert 0 < store.ttl(f"kmikro:router-silences:{mine}") <= seats.REMEMBERED
        seats.visited(mine, silent=False)
        assert not seats.is_mute(mine)
        settings.REDIS_URL = "redis://127.0.0.1:9/0"
        seats.visited(mine, silent=True)
        assert not seats.is_mute(mine), "without a count nobody is"
    finally:
        store.delete(f"kmikro:router-silences:{mine}")
