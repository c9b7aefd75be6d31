"""What is over ends, unless somebody gives it more at that very moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, models

from radius import limits
from subscribers.models import Service
from tenants import scope
from tenants.models import Isp
from tests.factories import NOW, make_plan, make_service
from tests.waiting import until

DAY = timedelta(days=1)


def test_clock_data_and_time_end_what_is_active_and_nothing_else(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        plan = make_plan(data_limit_bytes=10, time_limit_seconds=60)
        over = [
            make_service(plan=plan, expires_at=NOW),
            make_service(plan=plan, upload_bytes=4, download_bytes=6),
            make_service(plan=plan, seconds_used=60),
        ]
        held = make_service(plan=plan, expires_at=NOW, status="suspended")
        fine = make_service(plan=plan, expires_at=NOW + DAY)
        assert limits.end_by_clock(NOW) == 1
        assert limits.end(None, NOW) == 2
        assert limits.end([fine.pk], NOW) == 0
        states = dict(Service.objects.values_list("pk", "status"))
    assert [states[each.pk] for each in over] == ["ended"] * 3
    assert (states[held.pk], states[fine.pk]) == ("suspended", "active")


@pytest.mark.parametrize(
    ("is_looked_at_again", "status"),
    [(True, "active"), (False, "ended")],
    ids=["ours", "control without a second look"],
)
def test_who_is_renewed_at_the_last_moment_is_not_ended(
    fresh_isp: Isp, monkeypatch: pytest.MonkeyPatch, is_looked_at_again: bool, status: str
) -> None:
    """The sweep has found it over, and waits for the row that a renewal holds."""
    schema = fresh_isp.schema_name
    with scope.inside(schema):
        service = make_service(expires_at=NOW)
    if not is_looked_at_again:

        def careless(services: Any) -> int:
            ids = list(services.filter(status="active").values_list("pk", flat=True))
            return Service.objects.filter(pk__in=ids, status="active").update(status="ended")

        monkeypatch.setattr(limits, "_end", careless)

    def sweep() -> None:
        try:
            with scope.inside(schema):
                limits.end_by_clock(NOW)
        finally:
            connections.close_all()

    def somebody_waits() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()")
            return bool(cursor.fetchone()[0])

    with ThreadPoolExecutor(1) as thread:
        with scope.inside(schema):
            Service.objects.select_for_update().get(pk=service.pk)
            swept = thread.submit(sweep)
            until(somebody_waits, 20.0)
            Service.objects.filter(pk=service.pk).update(expires_at=models.F("expires_at") + DAY)
        swept.result(20)
    with scope.inside(schema):
        assert Service.objects.get(pk=service.pk).status == status
