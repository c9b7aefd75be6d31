"""Changes of routers: the list, one change with its plan, risks, timer and record, and what people say to it."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.enrolments import router_or_404
from dashboard.page import done, page
from kmikro.lib.refusal import Refusal
from routers import changes, changing
from routers.guarding import TIMER
from routers.models import Change

State = Change.State
OPEN, GONE = "open", "taken_back"
CHIPS = [("", "All"), (OPEN, "Open"), ("kept", "Kept"), (GONE, "Taken back"), ("failed", "Failed")]
SORTS = {"made": ("made_at", "pk"), "router": ("router__name", "pk")}
HEADS = (
    "Router",
    "Reason",
    "State",
    "Planned by",
    "Approved by",
    "Made (UTC)",
    "Ended (UTC)",
    "Steps",
    "Trouble",
)
MOVING = frozenset({State.ASKED, State.APPLYING, State.PROVING, State.UNKNOWN})


def _found(text: str, state: str) -> "QuerySet[Change]":
    rows = Change.objects.select_related("router", "router__site").filter(router__leaving_at=None)
    if text:
        rows = rows.filter(
            Q(router__name__icontains=text) | Q(reason__icontains=text) | Q(made_by__icontains=text)
        )
    if state == OPEN:
        return rows.filter(state__in=changes.OPEN)
    return rows.filter(state=state) if state else rows


@operator(Action.SEE_ROUTERS)
@require_GET
def index(request: Request) -> HttpResponse:
    text, state = listing.search(request), listing.choice(request, "state", [key for key, _label in CHIPS])
    chosen, fields = listing.order(request, SORTS, "-made")
    rows = _found(text, state).order_by(*fields)
    if listing.wants_csv(request):
        listing.limit_statements()
        return listing.csv_answer("changes", HEADS, (_csv_row(change) for change in rows.iterator()))
    columns = [("router", "Router"), ("", "Reason"), ("", "State"), ("", "Planned by"), ("made", "Made")]
    return page(
        request,
        "dashboard/changes/list.html",
        nav_key="routers",
        page=listing.paged(request, rows),
        q=text,
        state=state,
        keep=[("state", state)] if state else [],
        chips=listing.chips(request, "state", CHIPS, state),
        heads=listing.headings(request, chosen, columns),
        rules=changes.rules(),
        may_rule=access.may(request, Action.CHANGE_TEAM),
        export_url=listing.link(request, format="csv"),
    )


def _csv_row(change: Change) -> tuple[object, ...]:
    ended = change.ended_at.isoformat() if change.ended_at else ""
    return (
        change.router.name, change.reason, change.get_state_display(), change.made_by, change.approved_by,
        change.made_at.isoformat(), ended, len(change.steps), change.trouble,
    )  # fmt: skip


def _change_or_404(pk: int) -> Change:
    return get_object_or_404(
        Change.objects.select_related("router", "router__site"), pk=pk, router__leaving_at=None
    )


@operator(Action.SEE_ROUTERS)
@require_GET
def show(request: Request, pk: int) -> HttpResponse:
    """One change; htmx asks for its moving part until it is over."""
    change, now = _change_or_404(pk), datetime.now(UTC)
    left = max(0, int((change.armed_until - now).total_seconds())) if change.armed_until else 0
    return page(
        request,
        "dashboard/changes/change.html",
        "live",
        nav_key="routers",
        change=change,
        moving=change.state in MOVING,
        left=left,
        clock=f"{left // 60}:{left % 60:02}",
        share=round(left / TIMER * 20) * 5,
        steps=[_step(step) for step in change.steps],
        record=[_line(line) for line in change.trail],
        may_change=access.may(request, Action.CHANGE_ROUTERS),
        is_own=access.actor(request).id == change.made_by_id_then,
    )


def _step(step: dict[str, Any]) -> dict[str, object]:
    return {
        "state": "ok" if step.get("done") else "",
        "title": step.get("what", ""),
        "text": step.get("line", ""),
    }


def _line(line: dict[str, Any]) -> dict[str, object]:
    at = parse_datetime(str(line.get("at", "")))
    when = f"{at:%Y-%m-%d %H:%M:%S} UTC" if at else ""
    state = "ok" if line.get("ok", True) else "bad"
    return {"state": state, "title": line.get("what", ""), "text": f"{line.get('who', '')}, {when}"}


@operator(Action.CHANGE_ROUTERS)
@require_POST
def new(request: Request, pk: int) -> HttpResponse:
    """Plan a change that brings the router to what it should be."""
    router = router_or_404(pk)
    try:
        change = changes.plan(
            router,
            reason=request.POST.get("reason", "")[:80],
            by_hand=request.POST.get("by_hand") == "1",
            by=access.actor(request),
            now=datetime.now(UTC),
        )
    except Refusal as refusal:
        return done(request, reverse("router", args=[pk]), refusal.text, "bad")
    changing.plan_change.soon(change.pk)
    return HttpResponseRedirect(reverse("change", args=[change.pk]))


@operator(Action.CHANGE_ROUTERS)
@require_POST
def act(request: Request, pk: int, what: str) -> HttpResponse:
    """begin, approve, keep, take-back, look or drop."""
    change, by, now = _change_or_404(pk), access.actor(request), datetime.now(UTC)
    here = reverse("change", args=[pk])
    try:
        match what:
            case "begin" | "approve":
                yes = request.POST.get("yes") == "1"
                goes = (
                    changes.begin(change, yes=yes, by=by, now=now)
                    if what == "begin"
                    else changes.approve(change, by=by, now=now)
                )
                if goes:
                    changing.apply_change.soon(pk)
                text = "It is being applied." if goes else "It waits."
            case "keep" | "take-back":
                changes.decide(change, what, by=by, now=now)
                changing.settle_change.soon(pk, what)
                text = "The router is being told."
            case "look":
                changes.look(change, by=by, now=now)
                changing.settle_change.soon(pk, what)
                text = "The router is being asked."
            case "drop":
                changes.drop(change, by=by, now=now)
                text = "Dropped."
            case _:
                raise Http404
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    return done(request, here, text)


@operator(Action.CHANGE_TEAM)
@require_POST
def rules(request: Request) -> HttpResponse:
    """Whether a second person must approve changes."""
    wanted = request.POST.get("second_person") == "1"
    changes.set_rules(second_person=wanted, by=access.actor(request), now=datetime.now(UTC))
    return done(request, reverse("changes"), "Saved.")
