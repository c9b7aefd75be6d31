"""One answer for logins and for who is online: the arranged speed, the stage of fair use, or the plan's own."""

from __future__ import annotations

import pytest

from radius import token
from radius.holding import Held, judge
from radius.known import Facts
from radius.terms import Used, extras
from subscribers.arranged import NEVER, Arranged
from tests.radius.fakes import facts
from tests.radius.test_policy import MAC, NAIROBI, NOW, accepted, refused
from tests.radius.test_rules_hours import DAY, MONTH, STAGES, WEEK

HOUR = 3600
BOOST = tuple(Arranged("speed", 41, NOW - 60, NOW + HOUR, 0, "", 50_000_000, 0))
AWAY = tuple(Arranged("pause", 42, NOW + HOUR, NOW + 9 * HOUR))
MORE = tuple(Arranged("data", 43, NOW - 60, NEVER, 100, "total"))
BURST = extras(burst_download_bps=20_000_000, burst_seconds=8, address_list="home")


def both(known: Facts, now: float = NOW) -> tuple[str, int, int]:
    """What a login is told, which is what a session that is up is brought to."""
    verdict = accepted(known)
    held = judge(known, MAC, 1, {}, now, NAIROBI)
    assert isinstance(held, Held)
    assert (held.level, held.download_bps, held.upload_bps, held.extras) == (
        token.level_of(verdict.class_), verdict.download_bps, verdict.upload_bps, verdict.extras,
    )  # fmt: skip
    return held.level, held.download_bps, held.upload_bps


def test_an_arranged_speed_is_before_fair_use_and_without_burst() -> None:
    used = Used(DAY, 10**12, 0, WEEK, 10**12, MONTH, 10**12)
    known = facts(stages=STAGES, used=used, arranged=(BOOST,), extras=BURST)
    assert both(known) == ("t41", 50_000_000, 0)
    verdict = accepted(known)
    assert (verdict.extras.burst_seconds, verdict.extras.address_list) == (0, "home")
    assert any("Another speed was arranged until 22 Nov 17:05" in each.text for each in verdict.trace)
    assert both(facts(stages=STAGES, used=used))[0].startswith("s")
    assert both(facts()) == ("", 10_000_000, 5_000_000)


def test_the_clock_ends_it_and_who_is_online_is_looked_at_then() -> None:
    held = judge(facts(arranged=(BOOST,)), MAC, 1, {}, NOW, NAIROBI)
    assert isinstance(held, Held) and held.due_at == NOW + HOUR
    later = judge(facts(arranged=(BOOST,)), MAC, 1, {}, NOW + HOUR, NAIROBI)
    assert isinstance(later, Held) and (later.level, later.due_at) == ("", None)


def test_a_holiday_ends_the_session_before_it_and_shuts_the_door_in_it() -> None:
    known = facts(arranged=(AWAY,), expires_at=NOW + 100 * HOUR)
    assert accepted(known).session_timeout == HOUR
    now_away = tuple(Arranged("pause", 42, NOW - 1, NOW + HOUR))
    code, text, _message = refused(facts(arranged=(now_away,)))
    assert (code, text) == (
        "suspended", "The account is on holiday until 22 Nov 17:05; its clock stands still.",
    )  # fmt: skip


@pytest.mark.parametrize(("used", "left"), [(60, 100), (159, 1)])
def test_extra_data_lies_on_top_of_the_cap(used: int, left: int) -> None:
    known = facts(data_limit_bytes=60, data_used=used, arranged=(MORE,))
    assert accepted(known).data_left == left
    assert refused(facts(data_limit_bytes=60, data_used=160, arranged=(MORE,)))[0] == "data_spent"


def test_extra_data_of_a_day_puts_the_cap_and_the_stage_of_the_day_off() -> None:
    today = tuple(Arranged("data", 44, NOW - 60, DAY + 86_400, 50, "day"))
    used = Used(DAY, 120, 0, WEEK, 120, MONTH, 120)
    assert accepted(facts(daily_data_bytes=100, used=used, arranged=(today,))).data_left == 30
    assert refused(facts(daily_data_bytes=100, used=used))[0] == "day_data_spent"
