"""Home: who is online, what was sold today, the routers, what happened, what needs somebody, and the first steps."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Sum
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.roles import Action
from billing import queries as voucher_queries
from billing.models import Batch
from dashboard import access, names, news
from dashboard.access import Request, operator
from dashboard.batches import owner
from dashboard.page import page
from radius import queries as radius_queries
from radius.models import AuthAttempt
from routers.models import Router
from subscribers import queries as service_queries
from subscribers.models import Usage

HOURS = 24


def _live(request: Request, now: datetime) -> dict[str, Any]:
    """The parts that change by themselves, polled every 10 s."""
    may = {action: access.may(request, action) for action in Action}
    midnight = now.astimezone(ZoneInfo(request.isp.time_zone)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    online = radius_queries.online_by_router()
    refusals = (
        AuthAttempt.objects.filter(accepted=False, at__gte=now - news.WAVE_SPAN)
        .order_by()
        .values_list("code")
        .annotate(Count("pk"))
    )
    routers = list(Router.objects.filter(leaving_at=None).select_related("site").order_by("name"))
    context: dict[str, Any] = {
        "now": now,
        "online": sum(online.values()),
        "routers": [_router(router, online) for router in routers],
        "up": sum(1 for router in routers if router.is_ready and router.is_up),
        "troubles": news.troubles(routers, online, list(refusals), now),
        "refused": AuthAttempt.objects.filter(accepted=False, at__gte=midnight).count(),
        "events": news.events(
            {router.pk: router.name for router in routers},
            clear=names.may_see_codes(request),
            batches=may[Action.SEE_VOUCHERS],
            owner=owner(request),
            logins=may[Action.SEE_LOGINS],
        ),
        "may_see_vouchers": may[Action.SEE_VOUCHERS],
        "may_see_revenue": may[Action.SEE_REVENUE],
        "may_see_routers": may[Action.SEE_ROUTERS],
        "may_see_logins": may[Action.SEE_LOGINS],
    }
    if may[Action.SEE_VOUCHERS]:
        context["sold"] = voucher_queries.sold(midnight, now)
        context["before"] = voucher_queries.sold(midnight - timedelta(days=1), now - timedelta(days=1))
        context["stock"] = voucher_queries.stock()
    return context


def _router(router: Router, online: dict[int, int]) -> dict[str, Any]:
    up = router.is_ready and router.is_up
    return {
        "router": router,
        "online": online.get(router.pk, 0),
        "led": "ok" if up else ("bad" if router.is_ready else "warn"),
        "word": "" if up else ("Down" if router.is_ready else "Setting up"),
        "ports": "u" if up else "",
        "url": f"/routers/{router.pk}/",
    }


def _traffic(request: Request, now: datetime) -> dict[str, Any]:
    """Bytes per hour of the last day, from the fold of accounting."""
    zone = ZoneInfo(request.isp.time_zone)
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    hours = [this_hour - timedelta(hours=back) for back in range(HOURS - 1, -1, -1)]
    rows = (
        Usage.objects.filter(hour__gte=hours[0])
        .order_by()
        .values_list("hour")
        .annotate(down=Sum("download_bytes"), up=Sum("upload_bytes"))
    )
    by_hour = {hour: (down, up) for hour, down, up in rows}
    down = [by_hour.get(hour, (0, 0))[0] for hour in hours]
    up = [by_hour.get(hour, (0, 0))[1] for hour in hours]
    labels = [hours[at].astimezone(zone).strftime("%H:%M") for at in (0, 6, 12, 18, 23)]
    return {"down": down, "up": up, "down_total": sum(down), "up_total": sum(up), "hours": labels}


def _steps(live: dict[str, Any]) -> list[dict[str, Any]]:
    """The way to the first login; each step ticks itself from evidence."""
    plan = service_queries.living_plans().order_by("pk").first()
    batch = Batch.objects.order_by("pk").first()
    first = AuthAttempt.objects.filter(accepted=True).order_by("at").first()
    routers = live["routers"]
    ready = next((row["router"] for row in routers if row["router"].is_ready), None)
    added = routers[0]["router"] if routers else None
    steps = [
        {
            "done": ready is not None,
            "title": "Add a router",
            "text": f"{ready.name} is ready."
            if ready
            else (
                f"{added.name}: {added.get_state_display()}."
                if added
                else "Paste one command in a MikroTik terminal."
            ),
            "url": f"/routers/{added.pk}/" if added else "/routers/add/",
            "verb": "Go on" if added else "Add a router",
        },
        {
            "done": plan is not None,
            "title": "Make a plan",
            "text": f"{plan.name} was the first."
            if plan
            else "Say what a voucher gives: speed, time and price.",
            "url": reverse("plan-new"),
            "verb": "New plan",
        },
        {
            "done": batch is not None,
            "title": "Make vouchers",
            "text": f"{batch.count:,} vouchers in the first batch."
            if batch
            else "Print them on A4 and sell them.",
            "url": reverse("vouchers"),
            "verb": "Make vouchers",
        },
        {
            "done": first is not None,
            "title": "First login",
            "text": "Somebody has connected."
            if first
            else "Connect a phone to the hotspot and type a code. It shows here within seconds.",
            "url": reverse("logins"),
            "verb": "Open the login log",
        },
    ]
    current = next((number for number, step in enumerate(steps) if not step["done"]), len(steps))
    return [{**step, "number": number + 1, "current": number == current} for number, step in enumerate(steps)]


@operator(Action.SEE_HOME)
@require_GET
def index(request: Request) -> HttpResponse:
    now = datetime.now(UTC)
    live = _live(request, now)
    steps = _steps(live)
    left = [step for step in steps if not step["done"]]
    return page(
        request,
        "dashboard/home/index.html",
        nav_key="home",
        steps=steps if left and access.may(request, Action.CHANGE_ROUTERS) else [],
        steps_done=len(steps) - len(left),
        ports="u" * (len(steps) - len(left)) + "d" * len(left),
        traffic=_traffic(request, now),
        **live,
    )


@operator(Action.SEE_HOME)
@require_GET
def live(request: Request) -> HttpResponse:
    """Ledger, troubles, routers and events again, swapped in place."""
    return page(request, "dashboard/home/index.html#live", polled=True, **_live(request, datetime.now(UTC)))
