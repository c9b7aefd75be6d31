"""What services used of their limits, read for many at once without their secrets; call inside the tenant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import UTC, datetime, tzinfo

from django.db.models import Q

from radius import quotas
from radius.gather import Places, used_of
from radius.lookup import plan_facts
from radius.quotas import Meter, Quota
from subscribers.arranged import NEVER, Arranged
from subscribers.models import Arrangement, Plan, Service

_COLUMNS = ("pk", "plan_id", "download_bytes", "upload_bytes", "seconds_used")


def quotas_of(services: Collection[int], now: float, zone: tzinfo) -> dict[int, list[Quota]]:
    """The limits of these services (ids) and what is used of them; as many statements for a thousand as for one."""
    rows = list(Service.objects.filter(pk__in=services).values_list(*_COLUMNS))
    places = Places()
    plans = {
        plan.pk: plan_facts(plan, places)
        for plan in Plan.objects.filter(pk__in={plan_id for _pk, plan_id, *_ in rows})
    }
    used = used_of([pk for pk, plan_id, *_ in rows if plans[plan_id].counts], now)
    extras = _arranged([pk for pk, *_ in rows], now)
    return {
        pk: quotas.of(
            plans[plan_id],
            Meter(download, upload, seconds, used.get(pk, ()), tuple(extras.get(pk, ()))),
            now,
            zone,
        )
        for pk, plan_id, download, upload, seconds in rows
    }


def _arranged(services: Collection[int], now: float) -> dict[int, list[Arranged]]:
    rows = Arrangement.objects.filter(service__in=services, undone_at=None, kind=Arrangement.Kind.DATA)
    rows = rows.filter(Q(ends_at=None) | Q(ends_at__gt=datetime.fromtimestamp(now, UTC)))
    found = defaultdict[int, list[Arranged]](list)
    for each in rows:
        until = NEVER if each.ends_at is None else each.ends_at.timestamp()
        found[each.service_id].append(
            Arranged(each.kind, each.pk, each.starts_at.timestamp(), until, each.octets, each.period)
        )
    return found
