"""Data of free hours is seen in the charts, and by no cap, quota or stage; time online counts as ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kmikro.lib.timetable import windows_of
from radius import freeing, keeping
from radius.events import Accept
from radius.folding import HOUR, Usage
from radius.foresight import Habit, foresee
from radius.known import PlanFacts
from radius.lookup import facts_of
from radius.policy import authorize
from radius.terms import Used
from subscribers.models import Plan, Service
from subscribers.models import Usage as Row
from subscribers.stages import stages_of
from tenants import scope
from tenants.models import Isp
from tests.factories import make_plan, make_service
from tests.radius.fakes import facts
from tests.radius.test_policy import NAIROBI, NOW, request

NIGHTS = [{"days": list(range(7)), "from": "00:00", "to": "05:00"}]
FREE = windows_of(NIGHTS)
MIDNIGHT = datetime(2026, 11, 22, 21, tzinfo=UTC)  # 23 November in Nairobi
GB = 10**9


@pytest.fixture
def schema(isp: Isp) -> Iterator[str]:
    with scope.inside(isp.schema_name):
        yield isp.schema_name


def used(service: Service, hours_after_midnight: int, upload: int, download: int, seconds: int = 60) -> Usage:
    made = Usage()
    made.add(service.pk, int(MIDNIGHT.timestamp()) // HOUR + hours_after_midnight, upload, download, seconds)
    return made


def test_only_hours_that_count_reach_the_counters(schema: str) -> None:
    service = make_service(kind="account", plan=make_plan(free_windows=NIGHTS, daily_data_bytes=10 * GB))
    for hour, octets in ((-1, 1), (0, 10), (4, 100), (5, 1_000)):
        keeping.use(schema, used(service, hour, octets, octets), MIDNIGHT + timedelta(hours=hour))
    held = Service.objects.get(pk=service.pk)
    assert (held.upload_bytes, held.download_bytes, held.seconds_used) == (1_001, 1_001, 240)
    rows = list(Row.objects.order_by("hour").values_list("is_free", "upload_bytes"))
    assert rows == [(False, 1), (True, 10), (True, 100), (False, 1_000)], "the charts have all of it"
    known = facts_of([service.pk], (MIDNIGHT + timedelta(hours=6)).timestamp())[service.pk]
    today = Used(*known.used)
    assert (today.day_bytes, today.day_seconds) == (2_000, 180)


def test_plans_without_free_hours_cost_one_statement_more(schema: str) -> None:
    service = make_service(kind="account")
    keeping.use(schema, used(service, 0, 1, 1), MIDNIGHT)
    with CaptureQueriesContext(connection) as queries:
        assert freeing.hours_of(used(service, 0, 1, 1), MIDNIGHT) == set()
    assert len(queries) == 1
    assert Service.objects.get(pk=service.pk).bytes_used == 2
    Plan.objects.update(free_windows=NIGHTS)
    assert len(freeing.hours_of(used(service, 0, 1, 1), MIDNIGHT)) == 1


def test_the_router_is_told_no_limit_that_it_would_count_at_night() -> None:
    plan = {
        "data_limit_bytes": GB,
        "daily_data_bytes": GB,
        "download_limit_bytes": GB,
        "upload_limit_bytes": GB,
    }
    told = authorize(request(), facts(**plan), NOW, NAIROBI)
    free = authorize(request(), facts(**plan, free=FREE), NOW, NAIROBI)
    assert isinstance(told, Accept)
    assert isinstance(free, Accept)
    assert (told.data_left, told.download_left, told.upload_left) == (GB, GB, GB)
    assert (free.data_left, free.download_left, free.upload_left) == (None, None, None)


def test_the_preview_counts_so_too() -> None:
    stage = {"period": "month", "after_bytes": 20 * GB, "download_bps": 10**6, "upload_bps": 10**6}
    plan = PlanFacts(1, "Ten", 1, 10**8, 10**8, stages=stages_of([stage]))
    begun = datetime(2026, 11, 1, tzinfo=NAIROBI).timestamp()

    def slowed(plan: PlanFacts) -> bool:
        found = foresee(plan, Habit(5 * GB, 0, 5), begun, NAIROBI, voucher=False, given={})
        return any(each.kind == "slower" for each in found.events)

    assert slowed(plan)
    assert not slowed(replace(plan, free=FREE))
