"""One router over time: charts, interfaces, RADIUS counters, its log, neighbours, and what differs from what it should be."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.enrolments import router_or_404
from dashboard.page import done, page
from kmikro.lib.refusal import Refusal
from routers import charts, drift, outages, watching
from routers.breaker import State
from routers.charts import Range, Series
from routers.models import LogLine, Router, Watch

STALE = timedelta(minutes=5)
MARKS = 5
LINES_SHOWN, OUTAGES_SHOWN = 20, 5
BREAKERS = {
    State.CLOSED: {"tone": "ok", "icon": "circle-check", "label": "Visited as usual"},
    State.OPEN: {"tone": "bad", "icon": "circle-pause", "label": "Left alone after failures"},
    State.HALF: {"tone": "warn", "icon": "rotate-ccw", "label": "Tried again next"},
}


@operator(Action.SEE_ROUTERS)
@require_GET
def show(request: Request, pk: int) -> HttpResponse:
    router, now = router_or_404(pk), datetime.now(UTC)
    watch = Watch.objects.filter(pk=pk).first() or Watch(router=router, due_at=now, compare_at=now)
    over = charts.RANGES[listing.choice(request, "range", charts.RANGES, "day")]
    name = listing.choice(request, "port", watch.names, charts.uplink(watch))
    listing.limit_statements()
    found = charts.series(pk, over, now=now)
    breaker = watching.state_of(watch).state(now)
    seen = router.checked_at
    return page(
        request,
        "dashboard/routers/health.html",
        "live",
        nav_key="routers",
        router=router,
        watch=watch,
        stale=seen is not None and now - seen > STALE,
        breaker=BREAKERS[breaker],
        trial_at=watch.open_until if breaker is State.OPEN else None,
        ranges=listing.chips(
            request, "range", [(each.name, each.label) for each in charts.RANGES.values()], over.name
        ),
        here=listing.link(request),
        port=name,
        ports=listing.chips(request, "port", [(each, each) for each in watch.names[:12]], name),
        marks=_marks(found, over, ZoneInfo(request.isp.time_zone)),
        empty=found.is_empty,
        **_lines(found, watch.names.index(name) if name in watch.names else None),
        interfaces=watch.interfaces,
        neighbours=[_neighbour(each) for each in watch.neighbours],
        policies=Router.Policy.choices,
        lines=LogLine.objects.filter(router_id=pk)[:LINES_SHOWN],
        outages=outages.search("", "", pk)[:OUTAGES_SHOWN],
        may_change=access.may(request, Action.CHANGE_ROUTERS),
    )


def _neighbour(told: dict[str, str]) -> dict[str, str]:
    """What it told of itself; any part of it may be missing."""
    who = told.get("identity") or told.get("address") or told.get("mac-address", "")
    about = [told.get(name, "") for name in ("interface", "platform", "board", "version")]
    return {"who": who, "about": " · ".join(each for each in about if each)}


def _marks(found: Series, over: Range, zone: ZoneInfo) -> list[str]:
    last = len(found.times) - 1
    places = [round(last * number / (MARKS - 1)) for number in range(MARKS)]
    return [found.times[place].astimezone(zone).strftime(over.clock) for place in places]


def _lines(found: Series, port: int | None) -> dict[str, Any]:
    received, sent = found.rate(port, 0), found.rate(port, 1)
    small = [
        ("CPU", "%", found.of("cpu"), found.of("cpu_peak")),
        ("Memory", "%", found.of("memory"), []),
        ("Temperature", "°C", found.of("temperature", 10), []),
        ("Supply", "V", found.of("voltage", 10), []),
    ]
    return {
        "received": received,
        "sent": sent,
        "hotspot": found.of("hotspot"),
        "ppp": found.of("ppp"),
        "small": [
            {
                "label": label,
                "unit": unit,
                "values": values,
                "last": _last(values),
                "most": _most(peaks or values),
            }
            for label, unit, values, peaks in small
            if any(value is not None for value in values)
        ],
        "lost": sum(step.radius_timeouts for step in found.steps if step),
        "refused": sum(step.radius_bad for step in found.steps if step),
        "requests": sum(step.radius_requests for step in found.steps if step),
    }


def _last(values: list[float | None]) -> float | None:
    return next((value for value in reversed(values) if value is not None), None)


def _most(values: list[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


@operator(Action.CHANGE_ROUTERS)
@require_POST
def policy(request: Request, pk: int) -> HttpResponse:
    """What a routine comparison does about a difference."""
    router, wanted = router_or_404(pk), request.POST.get("policy", "")
    back = reverse("router-health", args=[pk])
    try:
        drift.settle_policy(router, wanted, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, back, refusal.text, "bad")
    return done(request, back, "Saved.")
