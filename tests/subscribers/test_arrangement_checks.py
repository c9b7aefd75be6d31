"""What may be wished for one service, and the row it becomes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kmikro.lib.refusal import Refusal
from kmikro.lib.validity import Validity
from subscribers.arrangement_checks import Wish, counts_of, row
from tests.factories import make_plan, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NAIROBI, BERLIN = ZoneInfo("Africa/Nairobi"), ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
STAGE = {"period": "month", "after_bytes": 10**9, "download_bps": 512_000, "upload_bps": 256_000}


def account(plan=None, **fields):
    fields = {"kind": "account", "expires_at": NOW + DAY, **fields}
    return make_service(plan=make_plan(**(plan or {})), **fields)


def test_an_extension_counts_by_the_calendar_from_the_end_or_from_now() -> None:
    end = datetime(2026, 1, 31, 9, tzinfo=UTC)
    made = row(account(expires_at=end), Wish("extension", more=Validity(months=1)), NAIROBI, end - DAY)
    assert made.ends_at == datetime(2026, 2, 28, 9, tzinfo=UTC)
    over = row(account(expires_at=NOW - 5 * DAY), Wish("extension", more=Validity(days=1)), NAIROBI, NOW)
    assert (over.ends_at, over.moved_seconds) == (NOW + DAY, 6 * 86_400)
    # A day of the calendar over the change of clocks has 23 hours.
    spring = datetime(2026, 3, 28, 12, tzinfo=UTC)
    moved = row(account(expires_at=spring), Wish("extension", more=Validity(days=1)), BERLIN, spring - DAY)
    assert moved.moved_seconds == 23 * 3600


def test_extra_data_lies_on_what_the_plan_counts() -> None:
    capped = account({"data_limit_bytes": 10**10, "daily_data_bytes": 10**9, "stages": [STAGE]})
    assert counts_of(capped.plan) == ["total", "day", "month"]
    made = row(capped, Wish("data", octets=10**9), NAIROBI, NOW)
    assert (made.period, made.ends_at) == ("total", None)
    today = row(capped, Wish("data", octets=10**9, period="day"), NAIROBI, NOW)
    assert today.ends_at == datetime(2026, 11, 22, 21, tzinfo=UTC)  # midnight in Nairobi


def test_a_holiday_moves_the_end_by_its_length() -> None:
    made = row(account(), Wish("pause", starts_at=NOW, ends_at=NOW + 7 * DAY), NAIROBI, NOW)
    assert made.moved_seconds == 7 * 86_400
    endless = row(account(expires_at=None), Wish("pause", ends_at=NOW + DAY), NAIROBI, NOW)
    assert endless.moved_seconds == 0


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (Wish("gift"), "bad_kind"),
        (Wish("extension"), "no_length"),
        (Wish("extension", more=Validity(months=1200)), "far_end"),
        (Wish("data", octets=10**9), "no_such_count"),
        (Wish("speed", download_bps=1), "out_of_range"),
        (Wish("speed", ends_at=NOW), "past_end"),
        (Wish("speed", ends_at=NOW + 400 * DAY), "far_end"),
        (Wish("pause"), "no_end"),
        (Wish("pause", starts_at=NOW - DAY, ends_at=NOW + DAY), "past_start"),
        (Wish("pause", starts_at=NOW + 400 * DAY, ends_at=NOW + 401 * DAY), "far_start"),
        (Wish("pause", ends_at=NOW + timedelta(minutes=59)), "out_of_range"),
        (Wish("pause", starts_at=NOW + DAY, ends_at=NOW + 2 * DAY), "ends_before"),
    ],
)
def test_what_will_not_do(wish, code) -> None:
    with pytest.raises(Refusal) as refusal:
        row(account(), wish, NAIROBI, NOW)
    assert refusal.value.code == code


def test_a_voucher_that_waits_for_its_first_use_has_no_end_to_move() -> None:
    for wish in (Wish("extension", more=Validity(days=1)), Wish("pause", ends_at=NOW + DAY)):
        with pytest.raises(Refusal) as refusal:
            row(make_service(), wish, NAIROBI, NOW)
        assert refusal.value.code == "not_begun"
