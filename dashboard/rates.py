"""RADIUS health: logins of the last hour by minute, reason and router, and how fast they were decided."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q
from django.db.models.functions import TruncMinute
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.roles import Action
from dashboard import listing, names, radius_now
from dashboard.access import Request, operator
from dashboard.logins import REASONS
from dashboard.page import page
from radius import queries
from radius.models import AuthAttempt

MINUTES = 60


@operator(Action.SEE_LOGINS)
@require_GET
def index(request: Request) -> HttpResponse:
    now = datetime.now(UTC)
    until = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    since = until - timedelta(minutes=MINUTES)
    listing.limit_statements()
    rows = AuthAttempt.objects.filter(at__gte=since, at__lt=until).order_by()
    places = names.routers()
    by_router = [
        {"name": places.get(router_id, names.GONE), "id": router_id, "accepted": yes, "refused": no}
        for router_id, yes, no in rows.values_list("router_id").annotate(**_OUTCOMES).order_by("router_id")
    ]
    reasons = rows.filter(accepted=False).values_list("code").annotate(n=Count("pk")).order_by("-n", "code")
    minutes = _minutes(rows, since, ZoneInfo(request.isp.time_zone))
    half, most = queries.quantiles(since, until)
    return page(
        request,
        "dashboard/logins/rates.html",
        nav_key="radius",
        accepted=sum(minutes["accepted"]),
        refused=sum(minutes["refused"]),
        half=half,
        most=most,
        minutes=minutes,
        by_router=sorted(by_router, key=lambda each: -(each["accepted"] + each["refused"])),
        reasons=[(code, REASONS.get(code, code.replace("_", " ")), count) for code, count in reasons],
        reason_filters=REASONS,
        now=now,
        live=radius_now.state(request.isp.schema_name, now),
    )


_OUTCOMES = {"yes": Count("pk", filter=Q(accepted=True)), "no": Count("pk", filter=Q(accepted=False))}


def _minutes(rows: Any, since: datetime, zone: ZoneInfo) -> dict[str, Any]:
    counted = rows.annotate(minute=TruncMinute("at", tzinfo=UTC)).values_list("minute").annotate(**_OUTCOMES)
    found = {minute: (yes, no) for minute, yes, no in counted}
    times = [since + timedelta(minutes=at) for at in range(MINUTES)]
    shown = [each.astimezone(zone).strftime("%H:%M") for each in times]
    pairs = [found.get(each, (0, 0)) for each in times]
    return {
        "accepted": [yes for yes, _no in pairs],
        "refused": [no for _yes, no in pairs],
        "marks": [shown[at] for at in (0, 15, 30, 45, MINUTES - 1)],
        "titles": [
            f"{when}: {yes:,} let in, {no:,} refused" for when, (yes, no) in zip(shown, pairs, strict=True)
        ],
    }
