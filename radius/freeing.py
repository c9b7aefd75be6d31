"""Hours whose data counts for nothing: what of a batch of usage lies in those of a plan.

An hour of usage is free when it begins in such hours on the ISP's clock, by the plan that the service has when the
report comes. It stays in the charts; caps, quotas and stages of fair use do not see it. Time online counts as ever.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from kmikro.lib import timetable
from kmikro.lib.timetable import windows_of
from radius.folding import HOUR, Usage
from radius.gather import own_zone
from subscribers.models import Plan, Service

_MARK = """
    UPDATE subscribers_usage AS usage SET is_free = true
    FROM (SELECT service_id, to_timestamp(hour * 3600::float8) AS hour
        FROM unnest(%s::bigint[], %s::bigint[]) AS said (service_id, hour)) AS said
    WHERE usage.service_id = said.service_id AND usage.hour = said.hour AND NOT usage.is_free
"""


def hours_of(usage: Usage, now: datetime) -> set[tuple[int, int]]:
    """Services and hours (since 1970) of a batch that are free; call inside the tenant."""
    plans = {
        pk: windows_of(rows)
        for pk, rows in Plan.objects.exclude(free_windows=[]).order_by().values_list("pk", "free_windows")
    }
    if not plans:
        return set()
    named = {service_id for service_id, _ in usage.by_hour}
    found = Service.objects.filter(pk__in=named, plan__in=plans).order_by().values_list("pk", "plan_id")
    windows, zone = {pk: plans[plan_id] for pk, plan_id in found}, own_zone(now.timestamp())
    return {
        (pk, hour)
        for pk, hour in usage.by_hour
        if pk in windows and timetable.standing(windows[pk], hour * HOUR, zone)[0]
    }


def counted(usage: Usage, free: Collection[tuple[int, int]]) -> dict[int, tuple[int, int, int]]:
    """Upload, download and seconds by service that count: all seconds, and the data of hours that are not free."""
    total = usage.by_service()
    for key in free:
        upload, download, _ = usage.by_hour[key]
        was = total[key[0]]
        total[key[0]] = (was[0] - upload, was[1] - download, was[2])
    return total


def mark(free: Collection[tuple[int, int]]) -> None:
    """Write down which hours are free, once their usage is there."""
    if free:
        columns = [[each[at] for each in sorted(free)] for at in range(2)]
        with connection.cursor() as cursor:
            cursor.execute(_MARK, columns)
