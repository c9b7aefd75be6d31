"""Usage: of one service by hour, day and month, and of the whole ISP with who used most; each as chart, table and CSV."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.roles import Action
from dashboard import access, listing, usage_ranges
from dashboard.access import Request, operator
from dashboard.arranging import home_of, service_or_404
from dashboard.page import page
from kmikro.ui import formats
from radius import meters, quotas
from subscribers import finding, offers, queries, usage
from subscribers.models import Service, Site
from subscribers.usage import Span, Used

ONE, ALL = "dashboard/usage/service.html", "dashboard/usage/index.html"
HEADS = ("Account or voucher", "Subscriber", "Plan", "Download (bytes)", "Upload (bytes)", "Time (seconds)")
PERIODS = {"total": "in all", "day": "today", "week": "this week", "month": "this month"}
WHAT = {"data": "Data", "download": "Download", "upload": "Upload", "time": "Time online"}


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def service(request: Request, pk: int) -> HttpResponse:
    """What one service used, how much of its limits that is, and what was corrected."""
    found, now = service_or_404(pk), datetime.now(UTC)
    span, wrong = usage_ranges.asked(request, now)
    listing.limit_statements()
    steps = usage.steps(span, Q(service=found))
    if listing.wants_csv(request):
        return listing.csv_answer(f"usage-{pk}", usage_ranges.HEADS, usage_ranges.csv_rows(steps, span))
    return page(
        request,
        ONE,
        nav_key="usage",
        service=found,
        home=home_of(found),
        wrong=wrong,
        chart=usage_ranges.chart(steps, span),
        bars=bars(request, found, now),
        may_correct=access.may(request, Action.CORRECT_USAGE),
        export_url=listing.link(request, format="csv"),
        **usage_ranges.choices(request, span),
    )


def bars(request: Request, found: Service, now: datetime) -> list[dict[str, Any]]:
    """How much of each limit is used, for bars."""
    zone = ZoneInfo(request.isp.time_zone)
    limits = meters.quotas_of([found.pk], now.timestamp(), zone)[found.pk]
    return [_bar(each) for each in limits]


def data_limit(shown: list[dict[str, Any]]) -> int | None:
    """The data of the plan with what was given on top of it, out of its bars."""
    return next((each["limit"] for each in shown if each["is_data"]), None)


def _bar(each: quotas.Quota) -> dict[str, Any]:
    show = formats.span if each.what == quotas.TIME else formats.data_size
    if each.what == quotas.STAGE:
        label = f"Fair use {PERIODS[each.period]}: then {offers.speed(each.download_bps, each.upload_bps)}"
    else:
        label = f"{WHAT[each.what]} {PERIODS[each.period]}"
    return {
        "label": label,
        "text": f"{show(each.used)} of {show(each.limit)}",
        "percent": min(each.percent, 100),
        "tone": "bad" if each.percent >= 100 else "warn" if each.percent >= 80 else "s1",
        "said": f"{each.percent} percent used",
        "is_over": each.percent >= 100,
        "limit": each.limit,
        "is_data": (each.what, each.period) == (quotas.DATA, "total"),
    }


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def index(request: Request) -> HttpResponse:
    """The whole ISP, or a plan or site of it: totals, a chart, and who used most."""
    now = datetime.now(UTC)
    span, period, wrong = _span(request, now)
    plan, site, text = (
        listing.number(request, "plan"),
        listing.number(request, "site"),
        listing.search(request),
    )
    narrowed = _narrowed(plan, site)
    listing.limit_statements()
    services = Service.objects.filter(narrowed) if plan is not None or site is not None else None
    if text:
        services = _matching(services if services is not None else Service.objects.all(), text)
    chosen = request.GET.get("sort", "-total")
    order = chosen.removeprefix("-")
    order = order if order in usage.ORDERS else "total"
    if listing.wants_csv(request):
        found, _count = usage.top(span, services, order=order, offset=0, most=listing.EXPORT_ROWS)
        return listing.csv_answer(f"usage-{span.first}-{span.last}", HEADS, _cells(found))
    rows, shown = _page(request, span, services, order)
    steps = usage.steps(span, _narrowed(plan, site, "service__"))
    return page(
        request,
        ALL,
        "list",
        nav_key="usage",
        wrong=wrong,
        chart=usage_ranges.chart(steps, span),
        rows=rows,
        page=shown,
        q=text,
        plan=plan,
        site=site,
        plans=list(queries.living_plans().order_by("is_archived", "name").only("name")[:100]),
        sites=list(Site.objects.all()[:100]),
        period_chips=_chips(request, period, now),
        keep=[(name, value) for name, value in request.GET.items() if name not in {"q", "page", "format"}],
        heads=_heads(request, order),
        filtered=bool(text or plan is not None or site is not None),
        export_url=listing.link(request, format="csv"),
        **usage_ranges.choices(request, span),
    )


def _span(request: Request, now: datetime) -> tuple[Span, str, str]:
    zone = ZoneInfo(request.isp.time_zone)
    named = usage_ranges.periods(now.astimezone(zone).date())
    if request.GET.get("since") or request.GET.get("until"):
        span, wrong = usage_ranges.asked(request, now)
        return span, "", wrong
    period = listing.choice(request, "period", named, "month")
    _label, first, last = named[period]
    grain = usage.HOUR if first == last else usage.DAY
    return Span(listing.choice(request, "by", usage.GRAINS, grain), first, last, zone), period, ""


def _chips(request: Request, period: str, now: datetime) -> list[dict[str, Any]]:
    named = usage_ranges.periods(now.astimezone(ZoneInfo(request.isp.time_zone)).date())
    return [
        {
            "label": label,
            "url": listing.link(request, period=key, since=None, until=None, by=None),
            "current": key == period,
            "count": None,
        }
        for key, (label, _first, _last) in named.items()
    ]


def _narrowed(plan: int | None, site: int | None, of: str = "") -> Q:
    """Of a plan in whatever version, and of subscribers at a site."""
    found = queries.on_plans([plan], of) if plan is not None else Q()
    return found & Q(**{f"{of}subscriber__site": site}) if site is not None else found


def _matching(rows: "QuerySet[Service]", text: str) -> "QuerySet[Service]":
    return rows.filter(Q(label__icontains=text) | Q(subscriber__in=finding.matching(text)))


def _page(
    request: Request, span: Span, services: "QuerySet[Service] | None", order: str
) -> tuple[list[dict[str, Any]], Any]:
    number = listing.number(request, "page") or 1
    at = (min(number, 10_000) - 1) * listing.PER_PAGE
    found, count = usage.top(span, services, order=order, offset=at, most=listing.PER_PAGE)
    if not found and at:
        found, count = usage.top(span, services, order=order, offset=0, most=listing.PER_PAGE)
        at = 0
    most = max((each.amount.total for each in found), default=0) or 1
    known = _known(found)
    rows = [
        {
            "used": each.amount,
            "service": known[each.service_id],
            "home": home_of(known[each.service_id]),
            "percent": round(100 * each.amount.total / most),
        }
        for each in found
        if each.service_id in known
    ]
    return rows, Paginator(range(count), listing.PER_PAGE).get_page(at // listing.PER_PAGE + 1)


def _known(found: list[Used]) -> dict[int, Service]:
    rows = Service.objects.select_related("plan", "subscriber", "voucher").defer("secret", "voucher__code")
    return rows.in_bulk([each.service_id for each in found])


def _heads(request: Request, order: str) -> list[listing.Heading]:
    columns: list[tuple[str, str] | tuple[str, str, str]]
    columns = [
        ("", "Whose"), ("download", "Download", "num"), ("upload", "Upload", "num"), ("seconds", "Online", "num"),
        ("total", "Both", "num"),
    ]  # fmt: skip
    heads = listing.headings(request, f"-{order}", columns)
    return [
        listing.Heading(
            head.label, listing.link(request, sort=f"-{name}") if name else "", head.direction, head.classes
        )
        for head, (name, *_rest) in zip(heads, columns, strict=True)
    ]


def _cells(found: list[Used]) -> Iterator[list[object]]:
    for start in range(0, len(found), 1000):
        part = found[start : start + 1000]
        known = _known(part)
        for each in part:
            held = known.get(each.service_id)
            if held is None:
                continue
            owner = held.subscriber
            yield [
                held.label, owner.name if owner else "", held.plan.name, each.amount.download, each.amount.upload,
                each.amount.seconds,
            ]  # fmt: skip
