"""Writes down when 80, 90 and 100 % of a limit are used: a look each minute at the services that were heard of since.

Exactly once for each service, limit, period and mark, by a constraint of the table. Call inside the tenant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Max

from accounts.journal import SYSTEM, record
from radius import meters, wishes
from radius.gather import own_zone
from radius.quotas import Quota
from subscribers import notices
from subscribers.models import Period, Service, UsageNotice

LETTER = "dashboard.tasks.mail_usage_notice"
AT_ONCE = 1_000
SLACK = timedelta(seconds=90)  # between a report and its fold
FIRST = timedelta(minutes=10)  # looked back to by the first sweep
LATE = timedelta(days=2)  # the end of a session that was heard of only now
# What changed: sessions that reported, and corrections. Of limits of the whole service only those that are near.
_CHANGED = """
    WITH heard AS (
        SELECT service_id FROM radius_session WHERE ended_at IS NULL AND heard_at >= %(since)s
        UNION SELECT service_id FROM radius_session WHERE ended_at >= %(late)s AND heard_at >= %(since)s
        UNION SELECT service_id FROM subscribers_correction WHERE made_at >= %(since)s
    )
    SELECT service.id FROM heard JOIN subscribers_service AS service ON service.id = heard.service_id
    JOIN subscribers_plan AS plan ON plan.id = service.plan_id
    WHERE service.status <> 'void' AND (
        plan.daily_data_bytes IS NOT NULL OR plan.daily_seconds IS NOT NULL OR plan.stages <> '[]'::jsonb
        OR plan.data_limit_bytes <= (service.upload_bytes + service.download_bytes) * 5 / 4
        OR plan.download_limit_bytes <= service.download_bytes * 5 / 4
        OR plan.upload_limit_bytes <= service.upload_bytes * 5 / 4
        OR plan.time_limit_seconds <= service.seconds_used * 5 / 4
    ) ORDER BY service.id
"""
_WRITE = """
    INSERT INTO subscribers_usagenotice
        (service_id, what, period, number, begins_at, most, used, mark, at, mail)
    SELECT said.*, %s, '' FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::smallint[], %s::timestamptz[],
        %s::bigint[], %s::bigint[], %s::smallint[]) AS said
    ON CONFLICT DO NOTHING RETURNING id
"""


def sweep(now: datetime) -> int:
    """Look at what changed since the last sweep; returns how many notices were written."""
    rule = notices.rule(hold=True)
    since = (rule.swept_at or now - FIRST) - SLACK
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, {"since": since, "late": since - LATE})
        changed = [pk for (pk,) in cursor.fetchall()]
    made = 0
    for start in range(0, len(changed), AT_ONCE):
        made += _look(changed[start : start + AT_ONCE], now, mails=rule.mails)
    rule.swept_at = now
    rule.save(update_fields=["swept_at"])
    return made


def _look(services: Sequence[int], now: datetime, *, mails: bool) -> int:
    at, renewed = now.timestamp(), _renewed(services)
    reached = [
        (service_id, quota, _begun(quota, renewed.get(service_id)), mark)
        for service_id, limits in meters.quotas_of(services, at, own_zone(at)).items()
        for quota in limits
        for mark in quota.marks
    ]
    new = _write(reached, now) if reached else []
    if not new:
        return 0
    fresh = list(UsageNotice.objects.filter(pk__in=new).order_by("pk"))
    known = Service.objects.defer("secret").in_bulk({each.service_id for each in fresh})
    highest: dict[tuple[object, ...], UsageNotice] = {}
    for each in fresh:
        record(SYSTEM, "usage.notice", known[each.service_id], now=now, **_said(each))
        key = (each.service_id, each.what, each.period, each.number, each.begins_at)
        if key not in highest or highest[key].mark < each.mark:
            highest[key] = each
    if mails:
        wanted = [each.pk for each in highest.values()]
        UsageNotice.objects.filter(pk__in=wanted).update(mail=UsageNotice.Mail.WANTED)
        for pk in wanted:
            wishes.after_commit(LETTER, pk)
    return len(fresh)


def _renewed(services: Sequence[int]) -> dict[int, datetime]:
    """Since when the counters of the whole service count: its newest renewal."""
    rows = Period.objects.filter(service__in=services, undone_at=None).order_by()
    return dict(rows.values_list("service").annotate(Max("made_at")))


def _begun(quota: Quota, renewed: datetime | None) -> datetime | None:
    return renewed if quota.begins_at is None else datetime.fromtimestamp(quota.begins_at, UTC)


def _write(reached: Iterable[tuple[int, Quota, datetime | None, int]], now: datetime) -> list[int]:
    rows = [
        (
            service_id, quota.what, quota.period, quota.number, begun, quota.limit, quota.used, mark,
        )
        for service_id, quota, begun, mark in reached
    ]  # fmt: skip
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [now, *columns])
        return [pk for (pk,) in cursor.fetchall()]


def _said(each: UsageNotice) -> dict[str, object]:
    said: dict[str, object] = {"mark": each.mark, "limit": each.what, "period": each.period}
    unit = "seconds" if each.what == "time" else "bytes"
    return said | {unit: each.used, f"of_{unit}": each.most} | ({"stage": each.number} if each.number else {})
