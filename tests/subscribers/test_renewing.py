"""A renewal is what its preview said, happens once, and is taken back as if it had not been."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connections, models

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from kmikro.lib.refusal import Refusal
from radius.lookup import facts_of
from subscribers import arranging, lifecycle, renewing, standing
from subscribers.arrangement_checks import Wish
from subscribers.models import Arrangement, Period, Service
from tenants import scope
from tenants.models import Isp
from tests.factories import make_plan, make_service, make_subscriber

NOW = datetime(2026, 1, 31, 7, tzinfo=UTC)  # 10:00 in Nairobi
DAY = timedelta(days=1)
GB = 10**9
MONTHLY = {"validity_seconds": None, "validity_months": 1, "data_limit_bytes": 100 * GB}


def account(plan: dict[str, Any] | None = None, **fields: Any) -> Service:
    made = {"kind": "account", "made_at": NOW, "expires_at": datetime(2026, 2, 28, 7, tzinfo=UTC), **fields}
    return make_service(plan=make_plan(**{**MONTHLY, **(plan or {})}), **made)


def again(service: Service) -> Service:
    return Service.objects.select_related("plan").get(pk=service.pk)


def renew(service: Service, now: datetime, after: int | None = None) -> Period:
    return renewing.renew(again(service), by=SYSTEM, now=now, after=after)


@pytest.mark.usefixtures("inside_isp")
class TestOne:
    def test_it_is_what_the_preview_said_and_months_keep_their_day(self) -> None:
        service = account(upload_bytes=5 * GB, download_bytes=55 * GB, seconds_used=7_000)
        seen = renewing.preview(service, now=NOW + 20 * DAY)
        assert (seen.begins_at, seen.ends_at) == (service.expires_at, datetime(2026, 3, 31, 7, tzinfo=UTC))
        assert (seen.carried_bytes, seen.lost_bytes, seen.after, seen.wakes) == (40 * GB, 0, 0, False)
        made = renew(service, NOW + 20 * DAY, seen.after)
        held = again(service)
        assert held.expires_at == seen.ends_at == made.ends_at
        assert (held.bytes_used, held.seconds_used) == (0, 0)
        assert (made.upload_bytes, made.download_bytes, made.seconds_used) == (5 * GB, 55 * GB, 7_000)
        assert Arrangement.objects.get().octets == 40 * GB
        entry = JournalEntry.objects.get(verb="renewal.make")
        assert (entry.facts["price_minor"], entry.facts["carried_bytes"]) == (5000, 40 * GB)
        second = renew(service, NOW + 50 * DAY)
        assert (second.begins_at, second.ends_at, second.nth) == (
            made.ends_at,
            datetime(2026, 4, 30, 7, tzinfo=UTC),
            3,
        )

    def test_undone_it_is_as_before_and_what_was_used_meanwhile_counts(self) -> None:
        service = account(upload_bytes=1 * GB, download_bytes=9 * GB)
        extra = arranging.arrange(service, Wish("data", octets=GB), by=SYSTEM, now=NOW)
        before = again(service)
        made = renew(service, NOW + DAY)
        Service.objects.filter(pk=service.pk).update(download_bytes=3 * GB, seconds_used=60)
        renewing.undo(made, by=SYSTEM, now=NOW + 2 * DAY)
        held = again(service)
        assert (held.expires_at, held.upload_bytes, held.download_bytes, held.seconds_used) == (
            before.expires_at,
            GB,
            12 * GB,
            60,
        )
        extra.refresh_from_db()
        assert (extra.ends_at, extra.undone_at) == (None, None)
        assert Arrangement.objects.get(why=renewing.CARRIED).undone_at is not None
        with pytest.raises(Refusal, match="undone already"):
            renewing.undo(made, by=SYSTEM, now=NOW + 2 * DAY)
        assert renew(service, NOW + 3 * DAY).nth == made.nth, "the row goes on as if it had not been"

    def test_an_end_that_was_moved_since_stays_moved(self) -> None:
        service = account()
        made = renew(service, NOW + DAY)
        Service.objects.filter(pk=service.pk).update(expires_at=(made.ends_at or NOW) + 2 * DAY)
        renewing.undo(made, by=SYSTEM, now=NOW + DAY)
        assert again(service).expires_at == (service.expires_at or NOW) + 2 * DAY

    def test_only_the_newest_is_undone(self) -> None:
        service = account()
        first = renew(service, NOW)
        renew(service, NOW + DAY)
        with pytest.raises(Refusal, match="Undo that one first"):
            renewing.undo(first, by=SYSTEM, now=NOW + DAY)

    def test_what_is_over_begins_at_once_works_again_and_carries_nothing(self) -> None:
        late = NOW + 40 * DAY
        service = account(status="ended", download_bytes=10 * GB)
        assert renewing.preview(service, now=late).wakes
        made = renew(service, late)
        held = again(service)
        assert (made.begins_at, made.carried_bytes, held.status) == (late, 0, "active")
        known = facts_of([service.pk], late.timestamp())[service.pk]
        assert (known.data_used, known.arranged) == (0, ())

    def test_data_that_was_used_up_begins_anew_and_the_end_follows_on_the_end(self) -> None:
        service = account(status="ended", download_bytes=100 * GB)
        made = renew(service, NOW + 12 * DAY)
        assert made.begins_at == service.expires_at
        assert again(service).status == "active"

    @pytest.mark.parametrize(
        ("rules", "carried", "lost"),
        [
            ({"carry": ""}, 0, 90 * GB),
            ({"carry_limit_bytes": 20 * GB}, 20 * GB, 70 * GB),
            ({"carry": "always"}, 90 * GB, 0),
        ],
    )
    def test_the_plan_says_what_comes_along(self, rules: dict[str, Any], carried: int, lost: int) -> None:
        service = account(rules, download_bytes=10 * GB)
        seen = renewing.preview(service, now=NOW + DAY)
        assert (seen.carried_bytes, seen.lost_bytes) == (carried, lost)

    def test_online_time_that_is_lost_is_told(self) -> None:
        service = account({"time_limit_seconds": 36_000}, seconds_used=600)
        assert renewing.preview(service, now=NOW).lost_seconds == 35_400

    def test_a_blocked_subscriber_is_renewed_and_stays_blocked(self) -> None:
        owner = make_subscriber()
        service = account(subscriber=owner)
        standing.act(owner, "block", by=SYSTEM, now=NOW)
        renew(service, NOW + DAY)
        assert again(service).status == "suspended"

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"kind": "voucher"}, "no_renewal"),
            ({"status": "void"}, "wrong_state"),
            ({"status": "pending"}, "wrong_state"),
        ],
    )
    def test_what_is_not_renewed(self, fields: dict[str, str], code: str) -> None:
        with pytest.raises(Refusal) as refused:
            renew(account(**fields), NOW)
        assert refused.value.code == code

    def test_nor_what_a_person_ended_nor_what_has_no_end(self) -> None:
        service = account()
        lifecycle.end(service, by=SYSTEM, now=NOW)
        with pytest.raises(Refusal) as refused:
            renew(service, NOW)
        assert refused.value.code == "ended_by_hand"
        with pytest.raises(Refusal) as refused:
            renew(account({"validity_months": None, "data_limit_bytes": None}, expires_at=None), NOW)
        assert refused.value.code == "nothing_to_renew"

    def test_two_presses_are_one(self) -> None:
        service = account()
        renew(service, NOW, after=0)
        with pytest.raises(Refusal, match="renewed until 31 Mar 2026 meanwhile"):
            renew(service, NOW, after=0)
        assert Period.objects.count() == 1


@pytest.mark.parametrize(
    ("is_locked", "made"), [(True, 1), (False, 2)], ids=["ours", "control without a lock"]
)
def test_two_who_renew_at_once_renew_once(
    fresh_isp: Isp, monkeypatch: pytest.MonkeyPatch, is_locked: bool, made: int
) -> None:
    """Both have seen that nothing came before, before either writes, unless one has to wait for the other."""
    schema = fresh_isp.schema_name
    with scope.inside(schema):
        service = account()
    newest, both = renewing.newest, threading.Barrier(2)

    def seen(of: Service) -> Period | None:
        found = newest(of)
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)
        return found

    monkeypatch.setattr(renewing, "newest", seen)
    if not is_locked:
        monkeypatch.setattr(models.query.QuerySet, "select_for_update", lambda self, **_how: self)
        monkeypatch.setattr(models.Manager, "select_for_update", lambda self, **_how: self.all())

    def ask(_turn: int) -> bool:
        try:
            with scope.inside(schema):
                renewing.renew(service, by=SYSTEM, now=NOW, after=0)
            return True
        except Refusal:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        assert sum(threads.map(ask, range(2))) == made
    with scope.inside(schema):
        assert Period.objects.count() == made
