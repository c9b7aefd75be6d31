"""What holds beside a plan for a time: which speed, how much data, which holiday, and when that changes."""

from subscribers.arranged import NEVER, Arranged, changes_at, extra, holiday, next_holiday, rows_of, speed

HOUR = 3600.0
FAST = Arranged("speed", 7, 100.0, 100.0 + HOUR, download_bps=9, upload_bps=8)
FASTER = Arranged("speed", 8, 100.0, NEVER, download_bps=99, upload_bps=88)
MORE = Arranged("data", 1, 0.0, NEVER, octets=5, period="total")
TODAY = Arranged("data", 2, 50.0, 150.0, octets=7, period="day")
AWAY = Arranged("pause", 3, 200.0, 300.0)


def test_of_two_speeds_the_newer_holds_and_each_only_in_its_time() -> None:
    assert speed([FAST], 99.9) is None
    assert speed([FAST], 100.0) == FAST
    assert speed([FAST], 100.0 + HOUR) is None
    assert speed([FASTER, FAST], 200.0) == FASTER
    assert speed([MORE, TODAY, AWAY], 100.0) is None


def test_extra_data_lies_on_its_own_count() -> None:
    rows = [MORE, TODAY, MORE._replace(id=4)]
    assert (extra(rows, "total", 100.0), extra(rows, "day", 100.0), extra(rows, "month", 100.0)) == (10, 7, 0)
    assert extra(rows, "day", 150.0) == 0


def test_a_holiday_is_half_open_and_the_next_one_is_known() -> None:
    assert (holiday([AWAY], 199.9), holiday([AWAY], 200.0), holiday([AWAY], 300.0)) == (None, AWAY, None)
    assert (next_holiday([AWAY], 0.0), next_holiday([AWAY], 200.0)) == (200.0, None)


def test_moments_at_which_something_changes() -> None:
    assert sorted(changes_at([FASTER, TODAY, AWAY], 100.0)) == [150.0, 200.0, 300.0]


def test_plain_tuples_are_the_same_rows() -> None:
    assert rows_of([tuple(FAST), tuple(MORE)]) == (FAST, MORE)
