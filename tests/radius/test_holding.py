"""What a session that is up may have now, when that changes, and whether a CoA can bring it there."""

from __future__ import annotations

import pytest

from kmikro.lib.timetable import windows_of
from radius.holding import Held, Over, judge, moves
from radius.known import Facts
from radius.terms import PLAIN, Fallback, Used, extras
from subscribers.stages import Stage
from tests.radius.fakes import facts
from tests.radius.test_policy import MAC, NAIROBI, NOW
from tests.radius.test_rules_hours import DAY, MONTH, STAGES, WEEK, hours

MIDNIGHT = DAY + 86_400
GARDEN = extras(address_list="walled")
HOUSE = {
    "ended": Fallback("ended", 64_000, 64_000, GARDEN, 300),
    "data_spent": Fallback("data_spent", 8_000, 8_000, PLAIN, 300),
}


def look(known: Facts, house: dict[str, Fallback] | None = None, now: float = NOW) -> Held | Over:
    return judge(known, MAC, 1, house or {}, now, NAIROBI)


def held(known: Facts, house: dict[str, Fallback] | None = None, now: float = NOW) -> Held:
    found = look(known, house, now)
    assert isinstance(found, Held), found
    return found


def test_an_ordinary_session_goes_on_for_ever() -> None:
    found = held(facts())
    assert (found.level, found.download_bps, found.upload_bps, found.due_at) == (
        "",
        10_000_000,
        5_000_000,
        None,
    )


@pytest.mark.parametrize(
    ("known", "code"),
    [
        (facts(status="suspended"), "suspended"),
        (facts(status="void"), "void"),
        (facts(expires_at=NOW), "ended"),
        (facts(expires_at=NOW - 61, grace_seconds=60), "ended"),
        (facts(time_limit_seconds=60, time_used=60), "time_spent"),
        (facts(data_limit_bytes=60, data_used=60), "data_spent"),
        (facts(daily_data_bytes=60, used=Used(DAY, 60, 0, 0, 0, 0, 0)), "day_data_spent"),
        (facts(daily_seconds=60, used=Used(DAY, 0, 60, 0, 0, 0, 0)), "day_time_spent"),
        (facts(windows=hours("20:00", "06:00")), "outside_hours"),
        (facts(sites=frozenset({2})), "wrong_site"),
        (facts(lock="first", bound_mac="02:00:00:00:00:01"), "locked_device"),
    ],
)
def test_what_has_to_end(known: Facts, code: str) -> None:
    found = look(known)
    assert isinstance(found, Over)
    assert found.code == code


def test_devices_at_once_end_nobody_who_is_online() -> None:
    assert held(facts(devices=1))


@pytest.mark.parametrize(
    ("known", "due_at"),
    [
        (facts(expires_at=NOW + 60), NOW + 60),
        (facts(expires_at=NOW - 60, grace_seconds=100), NOW + 40),
        (facts(windows=hours("08:00", "18:00")), NOW + 115 * 60),
        (facts(daily_data_bytes=60), MIDNIGHT),
        (facts(stages=STAGES), MIDNIGHT),
        (facts(stages=(Stage(1, "week", 1, 8_000, 8_000),), expires_at=NOW + 10**9), WEEK + 7 * 86_400),
        (facts(windows=windows_of([{"days": [0, 1, 2, 3, 4, 5, 6], "from": "00:00", "to": "24:00"}])), None),
    ],
)
def test_when_the_clock_changes_it(known: Facts, due_at: float | None) -> None:
    assert held(known).due_at == due_at


def test_stages_come_and_go() -> None:
    known = facts(stages=STAGES, used=Used(DAY, 10**9, 0, WEEK, 10**9, MONTH, 10**9))
    found = held(known)
    assert (found.level, found.download_bps, found.upload_bps) == ("s1", 2_000_000, 1_000_000)
    assert held(known, now=MIDNIGHT).level == ""


def test_a_garden_instead_of_the_end() -> None:
    ended = facts(expires_at=NOW - 5)
    found = held(ended, HOUSE)
    assert (found.level, found.download_bps, found.extras) == ("g:ended", 64_000, GARDEN)
    assert held(facts(data_limit_bytes=1, data_used=1, status="ended"), HOUSE).level == "g:data"
    assert isinstance(look(facts(status="suspended"), HOUSE), Over)
    assert isinstance(look(facts(expires_at=NOW - 5, sites=frozenset({2})), HOUSE), Over)


def test_lists_and_pools_cannot_be_changed_in_place() -> None:
    known = facts()
    garden, slow = held(facts(expires_at=NOW), HOUSE), held(facts(data_limit_bytes=1, data_used=1), HOUSE)
    assert moves("", known, garden, HOUSE)
    assert not moves("", known, slow, HOUSE)
    assert not moves("g:ended", known, garden, HOUSE)
    assert moves("g:ended", known, held(known), HOUSE), "who has paid leaves the list by signing in anew"
    assert not moves("g:data", known, held(known), HOUSE)
    assert moves("g:ended", known, held(known), {}), "a setting that is gone says nothing of the list"
    assert not moves("s1", known, held(known), HOUSE)


def test_who_is_online_goes_on_as_on_the_plan_that_comes_after() -> None:
    own = Fallback("ended", 1_000_000, 500_000, PLAIN, 900, "Slow")
    known = facts(expires_at=NOW - 1, instead=(own,))
    found = held(known)
    assert (found.level, found.download_bps, found.upload_bps) == ("g:ended", 1_000_000, 500_000)
    assert not moves("", known, found, {})
    assert not moves("g:ended", known, found, {})
    walled = facts(expires_at=NOW - 1, instead=(Fallback("ended", 8_000, 8_000, GARDEN, 900),))
    assert moves("", walled, held(walled), {}), "another list: a new login"
