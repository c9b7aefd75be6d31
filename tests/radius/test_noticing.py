"""Notices of 80, 90 and 100 %: once for each limit, period and mark, of those only who were heard of since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from radius import noticing
from subscribers import corrections, notices
from subscribers.corrections import Amount
from subscribers.models import Arrangement, Period, Service, Usage, UsageNotice
from tenants import scope
from tenants.models import Isp
from tests.factories import NOW, make_plan, make_service, make_session

GB = 10**9
MINUTE = timedelta(minutes=1)
STAGE = {"period": "day", "after_bytes": 10 * GB, "download_bps": 512_000, "upload_bps": 256_000}


@pytest.fixture(autouse=True)
def inside(isp: Isp) -> Iterator[None]:
    with scope.inside(isp.schema_name):
        yield


@pytest.fixture(autouse=True)
def letters(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    wanted: list[int] = []
    monkeypatch.setattr("radius.noticing.wishes.after_commit", lambda task, pk: wanted.append(pk))
    return wanted


def heard(service: Service, at: datetime = NOW, **fields: Any) -> None:
    make_session(service=service, heard_at=at, **fields)


def marks(service: Service) -> list[tuple[str, str, int]]:
    rows = UsageNotice.objects.filter(service=service).order_by("pk")
    return list(rows.values_list("what", "period", "mark"))


def test_each_mark_is_written_once_and_stands_in_the_journal(letters: list[int]) -> None:
    service = make_service(plan=make_plan(data_limit_bytes=10 * GB), download_bytes=79 * GB // 10)
    heard(service)
    assert noticing.sweep(NOW) == 0
    Service.objects.filter(pk=service.pk).update(download_bytes=8 * GB)
    assert (noticing.sweep(NOW + MINUTE), noticing.sweep(NOW + MINUTE)) == (1, 0)
    Service.objects.filter(pk=service.pk).update(download_bytes=10 * GB)
    assert noticing.sweep(NOW + MINUTE) == 2
    assert marks(service) == [("data", "total", 80), ("data", "total", 90), ("data", "total", 100)]
    assert [entry.facts["mark"] for entry in JournalEntry.objects.filter(verb="usage.notice").order_by("pk")] == [80, 90, 100]  # fmt: skip
    assert letters == []


def test_extra_data_makes_a_limit_of_its_own() -> None:
    service = make_service(plan=make_plan(data_limit_bytes=10 * GB), download_bytes=8 * GB)
    heard(service)
    noticing.sweep(NOW)
    Arrangement.objects.create(
        service=service, kind="data", period="total", octets=10 * GB, starts_at=NOW, made_at=NOW
    )
    assert noticing.sweep(NOW + MINUTE) == 0
    Service.objects.filter(pk=service.pk).update(download_bytes=16 * GB)
    assert noticing.sweep(NOW + MINUTE) == 1
    assert list(UsageNotice.objects.order_by("pk").values_list("most", "mark")) == [
        (10 * GB, 80), (20 * GB, 80),
    ]  # fmt: skip


def test_a_stage_of_each_day_has_its_own_marks_beyond_four_gibibytes() -> None:
    service = make_service(plan=make_plan(stages=[STAGE]))
    for days in range(2):
        at = NOW + timedelta(days=days)
        Usage.objects.create(
            service=service, hour=at.replace(minute=0), download_bytes=2**32 + 4 * GB, upload_bytes=GB
        )
        heard(service, at)
        noticing.sweep(at)
    assert marks(service) == [("stage", "day", 80), ("stage", "day", 90)] * 2
    assert UsageNotice.objects.filter(used=2**32 + 5 * GB).count() == 4


def test_who_was_not_heard_of_is_not_looked_at_and_a_correction_counts_as_news() -> None:
    plan = make_plan(data_limit_bytes=10 * GB)
    quiet = make_service(plan=plan, download_bytes=9 * GB)
    heard(quiet, NOW - timedelta(hours=2))
    ended = make_service(plan=plan, download_bytes=9 * GB)
    heard(ended, NOW, ended_at=NOW - timedelta(minutes=2))
    void = make_service(plan=plan, download_bytes=9 * GB, status="void")
    heard(void)
    noticing.sweep(NOW)
    assert (len(marks(quiet)), len(marks(ended)), len(marks(void))) == (0, 2, 0)
    corrections.correct(quiet, NOW, Amount(download_bytes=1), "Lost", by=SYSTEM, now=NOW)
    noticing.sweep(NOW + MINUTE)
    assert len(marks(quiet)) == 2


def test_a_renewal_begins_the_marks_of_the_whole_service_anew() -> None:
    service = make_service(plan=make_plan(data_limit_bytes=10 * GB), download_bytes=8 * GB)
    heard(service)
    noticing.sweep(NOW)
    Period.objects.create(
        service=service, plan=service.plan, price_minor=0, currency="KES", begins_at=NOW, anchor_at=NOW, nth=1,
        upload_bytes=0, download_bytes=8 * GB, seconds_used=0, made_at=NOW + MINUTE,
    )  # fmt: skip
    assert noticing.sweep(NOW + MINUTE) == 1


def test_only_the_highest_of_marks_reached_together_is_mailed(letters: list[int]) -> None:
    notices.mail_customers(True, by=SYSTEM, now=NOW)
    service = make_service(plan=make_plan(data_limit_bytes=10 * GB), download_bytes=11 * GB)
    heard(service)
    noticing.sweep(NOW)
    mails = dict(UsageNotice.objects.values_list("mark", "mail"))
    assert mails == {80: "", 90: "", 100: "wanted"}
    assert letters == [UsageNotice.objects.get(mark=100).pk]


def test_many_cost_no_more_statements_than_one() -> None:
    plan, counts = make_plan(data_limit_bytes=10 * GB, stages=[STAGE]), []
    for count in (1, 12):
        for _ in range(count):
            heard(make_service(plan=plan, download_bytes=GB))
        with CaptureQueriesContext(connection) as queries:
            noticing.sweep(NOW)
        counts.append(len(queries))
    assert counts[0] >= counts[1]
