"""Who is a leak, who is a ghost, who is neither, and what a day of it costs."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routers import leaks
from routers.leaks import Counted, OnRouter, Paid

NOW = datetime(2026, 11, 26, 1, tzinfo=UTC)
OLD = NOW - timedelta(hours=1)
MAC, IP = "02:00:00:00:00:01", "10.5.50.9"
GOOD, ENDED = Paid(1, True, "", 500, "KES"), Paid(2, False, "Its service has ended.", 700, "KES")


def row(name: str = "ana", seconds: int | None = 3600, mac: str = MAC, ip: str = IP) -> OnRouter:
    return OnRouter("hotspot", name, mac, ip, seconds)


def session(number: int = 9, service: int | None = 1, started: datetime = OLD) -> Counted:
    return Counted(number, service, "ana", MAC, IP, started)


def kinds(online: list[OnRouter], counted: list[Counted], by_name: dict[str, Paid]) -> list[tuple[str, int]]:
    found = leaks.compare(online, counted, {1: GOOD, 2: ENDED}, by_name, now=NOW)
    return [(each.kind, each.minor) for each in found]


def test_all_three_agree() -> None:
    assert kinds([row()], [session()], {"ana": GOOD}) == []


def test_online_with_a_service_that_ended_or_with_none() -> None:
    assert kinds([row()], [session(service=2)], {}) == [("unpaid", 700)]
    assert kinds([row("stranger")], [], {}) == [("unpaid", 0)]


def test_paid_and_online_but_not_counted() -> None:
    assert kinds([row()], [], {"ana": GOOD}) == [("uncounted", 500)]


def test_counted_but_gone() -> None:
    assert kinds([], [session()], {}) == [("ghost", 0)]


def test_who_came_just_now_is_neither() -> None:
    assert kinds([row(seconds=5)], [], {}) == []
    assert kinds([], [session(started=NOW - timedelta(minutes=1))], {}) == []


def test_a_tunnel_is_found_by_name_and_address() -> None:
    assert kinds([OnRouter("ppp", "ana", "41.90.1.2", IP, 3600)], [session()], {"ana": GOOD}) == []


def test_of_two_sessions_of_one_name_and_address_the_first_is_meant_and_none_without_an_address() -> None:
    tunnel = OnRouter("ppp", "ana", "41.90.1.2", IP, 3600)
    two = [Counted(number, 1, "ana", "", IP, OLD) for number in (1, 2)]
    found = leaks.compare([tunnel], two, {1: GOOD}, {}, now=NOW)
    assert [(each.kind, each.session_id) for each in found] == [("ghost", 2)]
    nowhere = OnRouter("ppp", "ana", "41.90.1.2", "", 3600)
    found = leaks.compare([nowhere], [Counted(3, 1, "ana", "", "", OLD)], {1: GOOD}, {"ana": GOOD}, now=NOW)
    assert [each.kind for each in found] == ["uncounted", "ghost"]


@pytest.mark.parametrize(
    ("price", "seconds", "share"),
    [(3000, 30 * 86_400, 100), (3000, None, 100), (50, 3600, 50), (700, 7 * 86_400, 100), (0, 86_400, 0)],
)
def test_a_day(price: int, seconds: int | None, share: int) -> None:
    assert leaks.a_day_of(price, seconds) == share


@given(st.integers(0, 10**12), st.one_of(st.none(), st.integers(1, 10**9)))
def test_a_day_is_never_more_than_the_price(price: int, seconds: int | None) -> None:
    assert 0 <= leaks.a_day_of(price, seconds) <= price
