"""Changes of routers: the list, one change with its plan, risks, timer and record, and what people say to it."""

from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access, listing, windows
from dashboard.access import Request, operator
from dashboard.enrolments import router_or_404
from dashboard.page import done, page, refused
from kmikro.lib.refusal import Refusal
from routers import change_queries, changes, changing
from routers.guarding import TIMER
from routers.models import Change

State = Change.State
PLAN = "dashboard/changes/new.html"
OPEN, GONE = change_queries.OPEN, "taken_back"
CHIPS = [("", "All"), (OPEN, "Open"), ("kept", "Kept"), (GONE, "Taken back"), ("failed", "Failed")]
SORTS = {"made": ("made_at", "pk"), "router": ("router__name", "pk")}
HEADS = (
    "Router",
    "Reason",
    "State",
    "Planned by",
    "Approved by",
    "Made (UTC)",
    "Not before (UTC)",
    "Not after (UTC)",
    "Ended (UTC)",
    "Steps",
    "Trouble",
)
MOVING = frozenset({State.ASKED, State.APPLYING, State.PROVING, State.UNKNOWN})


@operator(Action.SEE_ROUTERS)
@require_GET
def index(request: Request) -> HttpResponse:
    text, state = listing.search(request), listing.choice(request, "state", [key for key, _label in CHIPS])
    router = listing.number(request, "router")
    chosen, fields = listing.order(request, SORTS, "-made")
    rows = change_queries.search(text, state, router).order_by(*fields)
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
        router=router_or_404(router) if router is not None else None,
        keep=[(name, value) for name, value in (("state", state), ("router", router)) if value],
        chips=listing.chips(request, "state", CHIPS, state),
        heads=listing.headings(request, chosen, columns),
        rules=changes.rules(),
        may_rule=access.may(request, Action.CHANGE_TEAM),
        export_url=listing.link(request, format="csv"),
    )


def _csv_row(change: Change) -> tuple[object, ...]:
    times = (change.made_at, change.not_before, change.not_after, change.ended_at)
    made, opens, closes, ended = (moment.isoformat() if moment else "" for moment in times)
    return (
        change.router.name, change.reason, change.get_state_display(), change.made_by, change.approved_by, made, opens,
        closes, ended, len(change.steps), change.trouble,
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
@require_http_methods(["GET", "POST"])
def new(request: Request, pk: int) -> HttpResponse:
    """Plan a change that brings the router to what it should be: why, who keeps it, and in which window."""
    router, now, given = router_or_404(pk), datetime.now(UTC), request.POST
    context: dict[str, Any] = {"nav_key": "routers", "router": router, "by_hand": True}
    if request.method == "GET":
        return page(request, PLAN, **context)
    by_hand = given.get("by_hand") == "1"
    try:
        opens, closes = windows.typed(given, now)
        change = changes.plan(
            router,
            reason=given.get("reason", "")[:80],
            by_hand=by_hand,
            not_before=opens,
            not_after=closes,
            by=access.actor(request),
            now=now,
        )
    except Refusal as refusal:
        typed = {name: given.get(name, "")[:80] for name in ("reason", "not_before", "not_after")}
        return refused(request, PLAN, refusal=refusal, **(context | typed | {"by_hand": by_hand}))
    changing.plan_change.soon(change.pk)
    return HttpResponseRedirect(reverse("change", args=[change.pk]))


@operator(Action.CHANGE_ROUTERS)
@require_POST
def act(request: Request, pk: int, what: str) -> HttpResponse:
    """begin, approve, keep, take-back, look or drop."""
    held = change_queries.all_changes().select_for_update(of=("self",))  # one person after the other
    change, by, now = get_object_or_404(held, pk=pk), access.actor(request), datetime.now(UTC)
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
