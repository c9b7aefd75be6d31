"""Hours of the week, quotas of a day and stages of fair use, by the ISP's clock."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmikro.lib.timetable import period, windows_of
from radius import token
from radius.events import Accept
from radius.policy import authorize
from radius.terms import Used
from subscribers.stages import Stage
from tests.radius.fakes import facts
from tests.radius.test_policy import NAIROBI, NOW, accepted, judge, refused, request

DAY, WEEK, MONTH = (period(name, NOW, NAIROBI)[0] for name in ("day", "week", "month"))
NEW_YORK = ZoneInfo("America/New_York")


def used(day: int = 0, seconds: int = 0, week: int = 0, month: int = 0, day_at: float = DAY) -> Used:
    return Used(day_at, day, seconds, WEEK, max(week, day), MONTH, max(month, week, day))


def hours(opens: str, closes: str) -> object:
    return windows_of([{"days": [0, 1, 2, 3, 4, 5, 6], "from": opens, "to": closes}])


def test_the_session_ends_with_the_hours() -> None:
    verdict = accepted(facts(windows=hours("08:00", "18:00")))  # it is 16:05
    assert verdict.session_timeout == 115 * 60
    assert any(
        each.text == "The plan is open until 22 Nov 18:00, 1 h 55 min from now." for each in verdict.trace
    )


def test_outside_the_hours() -> None:
    code, text, message = refused(facts(windows=hours("20:00", "06:00")))
    assert (code, text) == ("outside_hours", "The plan is not for this hour; it opens on 22 Nov 20:00.")
    assert message == "Your account is not valid at this hour. It works again from 22/11 20:00."


def test_at_all_hours_there_is_no_end() -> None:
    verdict = accepted(facts(windows=hours("00:00", "24:00")))
    assert verdict.session_timeout is None
    assert any(each.text == "The plan is open at all hours." for each in verdict.trace)


def test_a_window_that_a_change_of_clocks_makes_longer() -> None:
    at = datetime(2026, 11, 1, 0, 30, tzinfo=NEW_YORK).timestamp()
    verdict = authorize(request(), facts(windows=hours("00:00", "03:00")), at, NEW_YORK)
    assert isinstance(verdict, Accept)
    assert verdict.session_timeout == int(3.5 * 3600)


def test_the_data_of_a_day() -> None:
    known = facts(daily_data_bytes=10**9, used=used(day=4 * 10**8), data_limit_bytes=5 * 10**9)
    assert accepted(known).data_left == 6 * 10**8
    assert accepted(facts(daily_data_bytes=10**9, data_limit_bytes=10**8)).data_left == 10**8
    code, text, message = refused(facts(daily_data_bytes=10**9, used=used(day=10**9)))
    assert (code, text) == (
        "day_data_spent",
        "Today's 1 GB of data are used; the next day begins on 23 Nov 00:00.",
    )
    assert message == "Today's data of your account are used up. There are new ones from 23/11 00:00."


def test_what_was_used_yesterday_counts_for_nothing() -> None:
    yesterday = used(day=10**9, seconds=9999, day_at=DAY - 86_400)
    assert accepted(facts(daily_data_bytes=10**9, used=yesterday)).data_left == 10**9
    assert accepted(facts(daily_seconds=3600, used=yesterday)).session_timeout == 3600


def test_the_time_of_a_day_and_that_of_the_next() -> None:
    assert accepted(facts(daily_seconds=7200, used=used(seconds=3600))).session_timeout == 3600
    assert refused(facts(daily_seconds=7200, used=used(seconds=7200)))[0] == "day_time_spent"
    # Seven hours and 55 minutes before midnight with ten hours left: then a new day's ten hours begin.
    assert accepted(facts(daily_seconds=36_000)).session_timeout == 36_000 + 7 * 3600 + 55 * 60


STAGES = (
    Stage(1, "day", 10**9, 2_000_000, 1_000_000),
    Stage(2, "day", 2 * 10**9, 512_000, 256_000),
    Stage(3, "month", 50 * 10**9, 256_000, 128_000),
)


@pytest.mark.parametrize(
    ("at", "speed", "level"),
    [
        (used(), (10_000_000, 5_000_000), ""),
        (used(day=10**9 - 1), (10_000_000, 5_000_000), ""),
        (used(day=10**9), (2_000_000, 1_000_000), "s1"),
        (used(day=3 * 10**9), (512_000, 256_000), "s2"),
        (used(day=3 * 10**9, month=50 * 10**9), (256_000, 128_000), "s3"),
        (used(month=60 * 10**9), (256_000, 128_000), "s3"),
        (used(day=3 * 10**9, day_at=DAY - 86_400), (10_000_000, 5_000_000), ""),
    ],
)
def test_fair_use(at: Used, speed: tuple[int, int], level: str) -> None:
    verdict = accepted(facts(stages=STAGES, used=at))
    assert (verdict.download_bps, verdict.upload_bps) == speed
    assert token.level_of(verdict.class_) == level
    assert token.service_of(verdict.class_, "isp_demo") == 5


def test_fair_use_says_what_holds() -> None:
    verdict = accepted(facts(stages=STAGES, used=used(day=10**9)))
    said = next(each.text for each in verdict.trace if each.code == "fair_use")
    assert said == "Fair use, stage 1: 1 GB of this day are used, so the speed is 2 Mbps down, 1 Mbps up."


@given(
    now=st.integers(1_700_000_000, 1_900_000_000),
    zone=st.sampled_from([NAIROBI, NEW_YORK, ZoneInfo("Asia/Kathmandu"), ZoneInfo("Australia/Lord_Howe")]),
    seconds=st.integers(0, 90_000),
    octets=st.integers(0, 2_000),
    age=st.integers(0, 3 * 86_400),
)
@settings(deadline=None, max_examples=300)
def test_a_quota_of_a_day_is_never_given_twice_and_comes_back_at_midnight(
    now: int, zone: ZoneInfo, seconds: int, octets: int, age: int
) -> None:
    read_at = period("day", now - age, zone)[0]  # what the worker remembers may be of an earlier day
    known = facts(
        daily_seconds=3600,
        daily_data_bytes=1_000,
        used=Used(read_at, octets, seconds, read_at, 0, read_at, 0),
    )
    verdict = authorize(request(), known, now, zone)
    today, midnight = period("day", now, zone)
    same_day = read_at == today
    if same_day and (octets >= 1_000 or seconds >= 3600):
        assert not isinstance(verdict, Accept)
        return
    assert isinstance(verdict, Accept)
    assert verdict.data_left == 1_000 - (octets if same_day else 0)
    left = 3600 - (seconds if same_day else 0)
    assert verdict.session_timeout is not None
    assert 1 <= verdict.session_timeout
    assert verdict.session_timeout == (left if left <= midnight - now else int(midnight - now) + 3600)


def test_a_refusal_by_the_clock_is_no_answer_to_a_wrong_password() -> None:
    assert refused(facts(windows=hours("20:00", "06:00")), request(b"guess"))[0] == "wrong_password"
    assert isinstance(judge(facts(daily_data_bytes=1, used=used(day=1)), request(b"guess")), object)
