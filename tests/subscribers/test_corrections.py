"""Counted usage is corrected by rows; caps and states have them at once, accounting is never touched."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from subscribers import corrections
from subscribers.corrections import Amount
from subscribers.models import Correction, Period, Service, Usage
from tests.factories import make_plan, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
HOUR = NOW.replace(minute=0)


@pytest.fixture
def spent():
    service = make_service(
        kind="account", plan=make_plan(data_limit_bytes=10**9), status="ended", download_bytes=10**9, seconds_used=600
    )  # fmt: skip
    Usage.objects.create(service=service, hour=HOUR, download_bytes=10**9, seconds=600)
    return service


def correct(service, amount, why="Counted twice", hour=NOW):
    return corrections.correct(service, hour, amount, why, by=SYSTEM, now=NOW)


def test_taking_off_wakes_what_was_spent_and_the_counter_row_takes_it_back(spent) -> None:
    made = correct(spent, Amount(download_bytes=-4 * 10**8, seconds=-60))
    held = Service.objects.get(pk=spent.pk)
    assert (held.status, held.download_bytes, held.seconds_used) == ("active", 6 * 10**8, 540)
    assert (made.hour, Usage.objects.get().download_bytes) == (HOUR, 10**9)
    counter = corrections.undo(made, by=SYSTEM, now=NOW)
    held.refresh_from_db()
    assert (held.download_bytes, counter.download_bytes, counter.undoes_id) == (10**9, 4 * 10**8, made.pk)
    for row in (made, counter):
        with pytest.raises(Refusal):
            corrections.undo(row, by=SYSTEM, now=NOW)
    assert [entry.verb for entry in JournalEntry.objects.order_by("pk")] == [
        "usage.correct", "usage.uncorrect",
    ]  # fmt: skip


def test_an_hour_before_the_last_renewal_changes_no_total_of_now(spent) -> None:
    Service.objects.filter(pk=spent.pk).update(status="active", download_bytes=5)
    Period.objects.create(
        service=spent, plan=spent.plan, price_minor=0, currency="KES", begins_at=NOW, anchor_at=NOW, nth=1, upload_bytes=0,
        download_bytes=10**9, seconds_used=600, made_at=NOW + timedelta(hours=1),
    )  # fmt: skip
    correct(spent, Amount(download_bytes=-(10**8)))
    assert Service.objects.get(pk=spent.pk).download_bytes == 5


@pytest.mark.parametrize(
    ("amount", "why", "hour", "code"),
    [
        (Amount(download_bytes=-(10**9) - 1), "x", NOW, "below_nothing"),
        (Amount(upload_bytes=-1), "x", NOW, "below_nothing"),
        (Amount(download_bytes=-1), "x", NOW - timedelta(hours=1), "below_nothing"),
        (Amount(), "x", NOW, "nothing"),
        (Amount(download_bytes=1), " ", NOW, "no_reason"),
        (Amount(download_bytes=1), "x", NOW + timedelta(hours=1), "future_hour"),
        (Amount(download_bytes=1), "x", NOW - timedelta(days=400), "old_hour"),
        (Amount(download_bytes=10**16), "x", NOW, "out_of_range"),
    ],
)
def test_what_will_not_do(spent, amount, why, hour, code) -> None:
    with pytest.raises(Refusal) as refusal:
        correct(spent, amount, why, hour)
    assert refusal.value.code == code
    assert not Correction.objects.exists()


def test_data_of_a_free_hour_counts_for_nothing_and_is_not_corrected(spent) -> None:
    Usage.objects.update(is_free=True)
    with pytest.raises(Refusal) as refused:
        correct(spent, Amount(download_bytes=-1))
    assert (refused.value.code, refused.value.field) == ("free_hour", "hour")
    assert correct(spent, Amount(seconds=-60)).seconds == -60
    assert Service.objects.get(pk=spent.pk).download_bytes == 10**9
