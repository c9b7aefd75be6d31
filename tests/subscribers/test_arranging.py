"""Arrangements are previewed, made, undone and journalled; what clock or data had ended works again."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from kmikro.lib.validity import Validity
from subscribers import arranging, lifecycle, queries
from subscribers.arrangement_checks import Wish
from subscribers.models import Arrangement, Service
from tests.factories import make_plan, make_service, make_subscriber

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = Wish("extension", more=Validity(days=7), why="Mast was down")
AWAY = Wish("pause", ends_at=NOW + 7 * DAY)


def account(plan=None, **fields):
    return make_service(
        plan=make_plan(**(plan or {})), **{"kind": "account", "expires_at": NOW + DAY, **fields}
    )


def do(service, wish, now=NOW):
    return arranging.arrange(service, wish, by=SYSTEM, now=now)


def state(service, now=NOW):
    return (
        Service.objects.filter(pk=service.pk)
        .annotate(state=queries.state_at(now), offered=queries.offered_at(now))
        .values_list("state", flat=True)
        .get()
    )


def test_the_preview_is_what_then_happens() -> None:
    service = account()
    seen = arranging.preview(service, WEEK, now=NOW)
    assert (seen.ends_before, seen.ends_after, seen.wakes) == (NOW + DAY, NOW + 8 * DAY, False)
    assert not Arrangement.objects.exists()
    made = do(service, WEEK)
    service.refresh_from_db()
    assert service.expires_at == seen.ends_after == made.ends_at
    entry = JournalEntry.objects.get()
    assert (entry.verb, entry.facts["moved_seconds"], entry.facts["why"]) == (
        "arrangement.extension", 7 * 86_400, "Mast was down",
    )  # fmt: skip
    arranging.undo(made, by=SYSTEM, now=NOW)
    service.refresh_from_db()
    assert service.expires_at == NOW + DAY
    with pytest.raises(Refusal, match="undone already"):
        arranging.undo(made, by=SYSTEM, now=NOW)


def test_an_extension_wakes_what_the_clock_has_ended_and_nothing_that_a_person_did() -> None:
    service = account(expires_at=NOW - DAY, status="ended")
    assert arranging.preview(service, WEEK, now=NOW).wakes
    do(service, WEEK)
    assert state(service) == "new" and Service.objects.get(pk=service.pk).status == "active"
    by_hand = account(expires_at=NOW + DAY)
    lifecycle.end(by_hand, by=SYSTEM, now=NOW)
    by_hand.refresh_from_db()
    with pytest.raises(Refusal, match="ended by a person"):
        do(by_hand, WEEK)
    blocked = account(expires_at=NOW - DAY, status="ended", subscriber=make_subscriber(state="blocked"))
    do(blocked, WEEK)
    blocked.refresh_from_db()
    assert blocked.status == "ended"


def test_extra_data_lifts_the_cap_until_its_end() -> None:
    service = account({"data_limit_bytes": 10**10}, download_bytes=10**10, status="ended")
    wish = Wish("data", octets=5 * 10**9, ends_at=NOW + timedelta(hours=6))
    seen = arranging.preview(service, wish, now=NOW)
    assert (seen.limit_before, seen.limit_after, seen.used, seen.wakes) == (
        10**10, 15 * 10**9, 10**10, True,
    )  # fmt: skip
    made = do(service, wish)
    assert state(service) == "new"
    assert state(service, NOW + timedelta(hours=6)) == "spent"
    Service.objects.filter(pk=service.pk).update(download_bytes=15 * 10**9)
    assert state(service) == "spent"
    Service.objects.filter(pk=service.pk).update(download_bytes=12 * 10**9)
    arranging.undo(made, by=SYSTEM, now=NOW)
    assert state(service) == "spent"


def test_a_holiday_stands_the_clock_still_and_an_early_return_gives_the_rest_back() -> None:
    service = account()
    made = do(service, AWAY)
    assert (state(service), state(service, NOW + 7 * DAY)) == ("suspended", "new")
    service.refresh_from_db()
    assert service.expires_at == NOW + 8 * DAY
    with pytest.raises(Refusal, match="Resume"):
        arranging.undo(made, by=SYSTEM, now=NOW + DAY)
    back = arranging.resume(made, by=SYSTEM, now=NOW + 2 * DAY)
    service.refresh_from_db()
    assert (back.ends_at, back.moved_seconds) == (NOW + 2 * DAY, 2 * 86_400)
    assert service.expires_at == NOW + 3 * DAY  # a day was left when it began, and is left now
    assert state(service, NOW + 2 * DAY) == "new"
    with pytest.raises(Refusal, match="over already"):
        arranging.resume(made, by=SYSTEM, now=NOW + 3 * DAY)
    assert [entry.verb for entry in JournalEntry.objects.order_by("pk")] == [
        "arrangement.pause", "arrangement.resume",
    ]  # fmt: skip


def test_a_holiday_to_come_is_undone_and_two_do_not_overlap() -> None:
    service = account(expires_at=NOW + 30 * DAY)
    made = do(service, Wish("pause", starts_at=NOW + 2 * DAY, ends_at=NOW + 9 * DAY))
    with pytest.raises(Refusal, match="Another holiday"):
        do(service, AWAY)
    with pytest.raises(Refusal, match="has not begun"):
        arranging.resume(made, by=SYSTEM, now=NOW)
    arranging.undo(made, by=SYSTEM, now=NOW)
    service.refresh_from_db()
    assert service.expires_at == NOW + 30 * DAY
    do(service, AWAY)


def test_a_speed_that_is_over_is_not_undone() -> None:
    service = account()
    made = do(service, Wish("speed", download_bps=10**7, ends_at=NOW + timedelta(hours=1)))
    assert [each.id for each in arranging.standing(service)] == [made.pk]
    with pytest.raises(Refusal, match="over by itself"):
        arranging.undo(made, by=SYSTEM, now=NOW + timedelta(hours=2))


@pytest.mark.parametrize(("status", "wish"), [("void", WEEK), ("ended", AWAY), ("suspended", AWAY)])
def test_what_is_not_alive_gets_nothing(status, wish) -> None:
    with pytest.raises(Refusal):
        do(account(status=status), wish)


def test_what_is_over_is_over_before_a_sweep_has_written_it_down() -> None:
    service = account(expires_at=NOW)
    assert arranging.is_over(service, NOW)
    assert not arranging.is_over(service, NOW - DAY)
    assert arranging.is_over(account(plan={"data_limit_bytes": 10**9}, download_bytes=10**9), NOW)
