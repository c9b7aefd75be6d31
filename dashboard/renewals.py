"""Renewing an account: what it would do, doing it, taking it back; and the list of all renewals."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.arranging import follow
from dashboard.own_terms import account_or_404
from dashboard.page import confirm, done, page
from kmikro.lib.refusal import Refusal
from kmikro.ui import formats
from subscribers import finding, offers, queries, renewing
from subscribers.models import Period
from subscribers.renewing import Preview

FORM = "dashboard/subscribers/renew.html"
STATES = {"": "All", "counts": "Not undone", "undone": "Undone"}
SORTS = {"made": ("made_at", "pk"), "until": ("ends_at", "pk"), "price": ("price_minor", "pk")}
HEADS = (
    "Account",
    "Subscriber",
    "Plan",
    "Price",
    "Currency",
    "From",
    "Until",
    "Carried (bytes)",
    "Made",
    "By",
    "Undone",
)
SHOWN = 6


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def renew(request: Request, pk: int) -> HttpResponse:
    """What a renewal does, and doing it. The page says which renewal it saw last, so that two presses are one."""
    service, now, refusal = account_or_404(pk), datetime.now(UTC), None
    here = reverse("subscriber-account", args=[pk])
    seen = listing.identity(request.POST.get("after", "0")) or 0
    try:
        if request.method == "POST":
            made = renewing.renew(service, by=access.actor(request), now=now, after=seen)
            until = f" until {_day(made.ends_at)}" if made.ends_at else ""
            return done(request, here, f"{service.label} is renewed{until}.{follow(pk, now)}")
        planned = renewing.preview(service, now=now)
    except Refusal as no:
        refusal, planned = no, None
    return page(
        request,
        FORM,
        status=422 if request.method == "POST" else 200,
        nav_key="subscribers",
        service=service,
        home=here,
        refusal=refusal,
        lines=_lines(planned) if planned else [],
        after=planned.after if planned else 0,
        lost=_lost(planned) if planned else "",
    )


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def undo(request: Request, pk: int, number: int) -> HttpResponse:
    """Take a renewal back, after a question."""
    service, now = account_or_404(pk), datetime.now(UTC)
    row = get_object_or_404(service.periods.all(), pk=number)
    here = reverse("subscriber-account", args=[pk])
    if request.method == "GET":
        before = _day(row.ended_before)
        over = (
            " That is past: it ends within a minute." if row.ended_before and row.ended_before <= now else ""
        )
        return confirm(
            request,
            title=f"Undo this renewal of {service.label}?",
            text=f"It ends on {before} again, and what was used before it counts again.{over} No money moves by itself.",
            action=reverse("renewal-undo", args=[pk, number]),
            verb="Undo renewal",
            cancel_url=here,
            danger=True,
            nav_key="subscribers",
        )
    try:
        renewing.undo(row, by=access.actor(request), now=now)
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    return done(request, here, f"The renewal is undone.{follow(pk, now)}")


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def index(request: Request) -> HttpResponse:
    """All renewals, newest first."""
    state = listing.choice(request, "state", STATES)
    plan, text = listing.number(request, "plan"), listing.search(request)
    rows = Period.objects.select_related("service__subscriber", "plan").defer("service__secret")
    if state:
        rows = rows.filter(undone_at__isnull=state == "counts")
    if plan is not None:
        rows = rows.filter(plan=plan)
    if text:
        rows = rows.filter(service__label__icontains=text) | rows.filter(
            service__subscriber__in=finding.matching(text)
        )
    chosen, fields = listing.order(request, SORTS, "-made")
    if listing.wants_csv(request):
        listing.limit_statements()
        return listing.csv_answer("renewals", HEADS, _cells(rows.order_by(*fields)))
    found = listing.paged(request, rows.order_by(*fields))
    return page(
        request,
        "dashboard/subscribers/renewals.html",
        "list",
        nav_key="subscribers",
        page=found,
        rows=[row(each) for each in found],
        q=text,
        plan=plan,
        plans=queries.living_plans().order_by("is_archived", "name").only("name")[:100],
        keep=[(name, value) for name, value in (("state", state), ("plan", plan)) if value],
        chips=listing.chips(request, "state", STATES.items(), state),
        heads=listing.headings(
            request,
            chosen,
            [("", "Account"), ("", "Plan"), ("price", "Price", "num"), ("", "From"), ("until", "Until"), ("made", "Made"), ("", "", "num")],
        ),
        filtered=bool(text or state or plan is not None),
        may_change=access.may(request, Action.CHANGE_SUBSCRIBERS),
        export_url=listing.link(request, format="csv"),
    )  # fmt: skip


def row(each: Period) -> dict[str, Any]:
    """As lists show it."""
    carried = f"{formats.data_size(each.carried_bytes)} carried over" if each.carried_bytes else ""
    return {"row": each, "from": _day(each.begins_at), "until": _day(each.ends_at), "carried": carried}


def of_service(service: Any) -> list[dict[str, Any]]:
    """The newest ones of an account, for its page; only the newest that counts can be undone."""
    rows = [row(each) for each in service.periods.all()[:SHOWN]]
    newest = next((each for each in rows if each["row"].undone_at is None), None)
    return [{**each, "may_undo": each is newest} for each in rows]


def _lines(planned: Preview) -> Iterator[tuple[str, str, str]]:
    """Label, before and after."""
    yield "Price", "", formats.amount(planned.price_minor, planned.currency)
    yield "New period", "", f"{_day(planned.begins_at)} to {_day(planned.ends_at)}"
    if planned.ends_at is not None:
        yield "End", _day(planned.ended_before), _day(planned.ends_at)
    if planned.carried_bytes:
        yield "Data that comes along", "", formats.data_size(planned.carried_bytes)
    if planned.wakes:
        yield "State", "Ended", "Works again"


def _lost(planned: Preview) -> str:
    """What the plan does not let come along."""
    parts = [formats.data_size(planned.lost_bytes)] if planned.lost_bytes else []
    if planned.lost_seconds:
        parts.append(f"{offers.span(planned.lost_seconds)} of online time")
    return " and ".join(parts)


def _day(at: datetime | None) -> str:
    return f"{localtime(at):%d %b %Y %H:%M}".lstrip("0") if at else "no end"


def _cells(rows: "QuerySet[Period]") -> Iterator[list[object]]:
    for each in rows.iterator(chunk_size=1000):
        owner = each.service.subscriber
        yield [
            each.service.label, owner.name if owner else "", each.plan.name, each.price_minor, each.currency,
            f"{each.begins_at:%Y-%m-%d %H:%M:%S}", f"{each.ends_at:%Y-%m-%d %H:%M:%S}" if each.ends_at else "",
            each.carried_bytes, f"{each.made_at:%Y-%m-%d %H:%M:%S}", each.made_by,
            f"{each.undone_at:%Y-%m-%d %H:%M:%S}" if each.undone_at else "",
        ]  # fmt: skip
