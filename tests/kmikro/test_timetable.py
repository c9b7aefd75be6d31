"""Windows, days, weeks and months: right on ordinary days and when clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmikro.lib import timetable
from kmikro.lib.refusal import Refusal
from kmikro.lib.timetable import Window, windows_of

NAIROBI, NEW_YORK = ZoneInfo("Africa/Nairobi"), ZoneInfo("America/New_York")
# Half an hour of DST, midnight that does not exist, a date that does not exist, quarter hours, and ordinary ones.
ZONES = [
    ZoneInfo(name)
    for name in (
        *("Africa/Nairobi", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"),
        *("Asia/Kathmandu", "America/Havana", "Africa/Cairo", "Europe/Lisbon", "Asia/Beirut"),
    )
]
EVERY_DAY = [0, 1, 2, 3, 4, 5, 6]


def at(zone: ZoneInfo, *wall: int, fold: int = 0) -> float:
    return datetime(*wall, tzinfo=zone, fold=fold).timestamp()  # type: ignore[arg-type,misc]


def rows(days: list[int], opens: str, closes: str) -> list[dict[str, Any]]:
    return [{"days": days, "from": opens, "to": closes}]


@pytest.mark.parametrize(
    ("wall", "state"),
    [
        ((2026, 11, 25, 7, 59, 59), (False, (2026, 11, 25, 8, 0))),
        ((2026, 11, 25, 8, 0), (True, (2026, 11, 25, 17, 30))),
        ((2026, 11, 25, 17, 29, 59), (True, (2026, 11, 25, 17, 30))),
        ((2026, 11, 25, 17, 30), (False, (2026, 11, 26, 8, 0))),
        ((2026, 11, 27, 18, 0), (False, (2026, 11, 30, 8, 0))),  # from Friday to Monday
    ],
)
def test_office_hours(wall: tuple[int, ...], state: tuple[bool, tuple[int, ...]]) -> None:
    windows = windows_of(rows([0, 1, 2, 3, 4], "08:00", "17:30"))
    is_open, changes = state
    assert timetable.standing(windows, at(NAIROBI, *wall), NAIROBI) == (is_open, at(NAIROBI, *changes))


def test_a_night_belongs_to_the_day_it_begins_on() -> None:
    friday_night = windows_of(rows([4], "22:00", "06:00"))
    saturday = at(NAIROBI, 2026, 11, 28, 5, 0)
    assert timetable.standing(friday_night, saturday, NAIROBI) == (True, at(NAIROBI, 2026, 11, 28, 6, 0))
    friday = at(NAIROBI, 2026, 11, 27, 5, 0)
    assert timetable.standing(friday_night, friday, NAIROBI)[0] is False


def test_always_open_never_changes_and_touching_windows_are_one() -> None:
    always = windows_of(rows(EVERY_DAY, "00:00", "24:00"))
    assert timetable.standing(always, at(NAIROBI, 2026, 11, 25, 3, 0), NAIROBI) == (True, None)
    two = windows_of(rows([2], "08:00", "12:00") + rows([2], "12:00", "14:00"))
    assert timetable.standing(two, at(NAIROBI, 2026, 11, 25, 9, 0), NAIROBI) == (
        True,
        at(NAIROBI, 2026, 11, 25, 14, 0),
    )


def test_when_clocks_change() -> None:
    windows = windows_of(rows(EVERY_DAY, "01:30", "02:30"))
    # In spring 02:30 does not exist: it closes as the clock jumps from 02:00 to 03:00, after half an hour.
    spring = at(NEW_YORK, 2026, 3, 8, 1, 45)
    jump = datetime(2026, 3, 8, 7, 0, tzinfo=UTC).timestamp()
    assert timetable.standing(windows, spring, NEW_YORK) == (True, jump)
    # In autumn 01:30 comes twice: it opens at the first and is not closed between the two.
    first = at(NEW_YORK, 2026, 11, 1, 1, 30)
    end = at(NEW_YORK, 2026, 11, 1, 2, 30)
    assert end - first == 2 * 3600
    assert timetable.standing(windows, first, NEW_YORK) == (True, end)
    assert timetable.standing(windows, at(NEW_YORK, 2026, 11, 1, 1, 10, fold=1), NEW_YORK) == (True, end)


def test_a_day_of_25_hours_and_one_that_begins_at_one() -> None:
    begins, ends = timetable.period("day", at(NEW_YORK, 2026, 11, 1, 12, 0), NEW_YORK)
    assert ends - begins == 25 * 3600
    brazil = ZoneInfo("America/Sao_Paulo")  # until 2018 midnight did not exist on the first day of summer
    begins, ends = timetable.period("day", at(brazil, 2018, 11, 4, 12, 0), brazil)
    assert datetime.fromtimestamp(begins, brazil).hour == 1
    assert ends - begins == 23 * 3600


def test_weeks_begin_on_monday_and_months_on_the_first() -> None:
    now = at(NAIROBI, 2026, 11, 25, 23, 59)
    assert timetable.period("week", now, NAIROBI) == (at(NAIROBI, 2026, 11, 23), at(NAIROBI, 2026, 11, 30))
    assert timetable.period("month", now, NAIROBI) == (at(NAIROBI, 2026, 11, 1), at(NAIROBI, 2026, 12, 1))
    with pytest.raises(ValueError, match="no period"):
        timetable.period("year", now, NAIROBI)


instants = st.integers(1_450_000_000, 1_900_000_000)


@given(instants, st.sampled_from(ZONES), st.sampled_from(timetable.PERIODS))
@settings(deadline=None, max_examples=300)
def test_every_instant_is_in_its_period_and_periods_meet(now: int, zone: ZoneInfo, name: str) -> None:
    begins, ends = timetable.period(name, now, zone)
    assert begins <= now < ends
    assert timetable.period(name, begins, zone) == (begins, ends)
    assert timetable.period(name, ends - 1, zone) == (begins, ends)
    assert timetable.period(name, ends, zone)[0] == ends
    days = (ends - begins) / 86_400
    assert (
        {"day": 0.9, "week": 5.9, "month": 26.9}[name] < days < {"day": 1.1, "week": 7.1, "month": 31.1}[name]
    )


minutes = st.integers(0, 24 * 60)


@given(
    instants,
    st.sampled_from(ZONES),
    st.lists(
        st.builds(
            Window,
            st.frozensets(st.integers(0, 6), min_size=1),
            st.integers(0, 24 * 60 - 1),
            minutes,
        ),
        min_size=1,
        max_size=4,
    ),
)
@settings(deadline=None, max_examples=300)
def test_it_is_open_just_when_the_wall_clock_says_so(now: int, zone: ZoneInfo, windows: list[Window]) -> None:
    is_open, changes = timetable.standing(windows, now, zone)
    wall = datetime.fromtimestamp(now, zone)
    change_near = any(
        datetime.fromtimestamp(now + hours * 1800, zone).utcoffset() != wall.utcoffset()
        for hours in range(-6, 7)
    )
    if not change_near:
        assert is_open is says(windows, wall)
    if changes is not None:
        assert changes > now
        assert timetable.standing(windows, changes - 1e-3, zone)[0] is is_open
        assert timetable.standing(windows, changes, zone)[0] is not is_open
    else:
        assert is_open


def says(windows: list[Window], wall: datetime) -> bool:
    minute, day = wall.hour * 60 + wall.minute, wall.weekday()
    yesterday = (wall - timedelta(days=1)).weekday()
    for each in windows:
        if each.closes > each.opens:
            if day in each.days and each.opens <= minute < each.closes:
                return True
        elif (day in each.days and minute >= each.opens) or (yesterday in each.days and minute < each.closes):
            return True
    return False


@pytest.mark.parametrize(
    "bad",
    [
        {},
        [{}],
        ["08:00"],
        rows([], "08:00", "09:00"),
        rows([7], "08:00", "09:00"),
        rows([True], "08:00", "09:00"),
        rows([0], "8:00", "09:00"),
        rows([0], "08:60", "09:00"),
        rows([0], "24:00", "09:00"),
        rows([0], "08:00", "24:01"),
        rows([0], "٠٨:٠٠", "09:00"),
        rows([0], "08:00", "09:00") * 17,
        [{"days": [0], "from": "08:00", "to": "09:00", "more": 1}],
    ],
)
def test_what_is_no_time_is_refused(bad: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        windows_of(bad)
    assert refusal.value.code == "bad_time"
