"""Rollouts: one change for many routers, found, begun, watched router by router, stopped and gone on with."""

from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import Action
from dashboard import access, listing, windows
from dashboard.access import Request, operator
from dashboard.changes import OPEN
from dashboard.page import done, page
from dashboard.router_templates import template_or_404
from kmikro.lib.refusal import Refusal
from routers import change_queries, changing, queries, rollouts
from routers.models import Change, Rollout, Router

CHIPS = [("", "All"), ("running", "Running"), ("stopped", "Stopped"), ("done", "Done")]
SORTS = {"name": ("name", "pk"), "made": ("made_at", "pk")}
HEADS = ("Rollout", "State", "By", "Made (UTC)", "Not before (UTC)", "Not after (UTC)", "Ended (UTC)", "Routers", "Done",
         "Bad", "Trouble")  # fmt: skip
PLACES = ("Place", "Router", "Site", "State", "Trouble", "Ended (UTC)")
CHANGE_CHIPS = [("", "All"), (OPEN, "Not ended"), ("kept", "Kept"), ("failed", "Failed"), ("taken_back", "Taken back")]  # fmt: skip


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""


@operator(Action.SEE_ROUTERS)
@require_GET
def index(request: Request) -> HttpResponse:
    text, state = listing.search(request), listing.choice(request, "state", [key for key, _label in CHIPS])
    chosen, fields = listing.order(request, SORTS, "-made")
    rows = change_queries.rollouts(text, state).order_by(*fields)
    if listing.wants_csv(request):
        listing.limit_statements()
        return listing.csv_answer("rollouts", HEADS, (_csv(each) for each in rows.iterator()))
    columns: list[tuple[str, str] | tuple[str, str, str]] = [
        ("name", "Rollout"),
        ("", "State"),
        ("", "Routers", "num"),
        ("", "Begun by"),
        ("made", "Made"),
    ]
    return page(
        request,
        "dashboard/changes/rollouts.html",
        nav_key="routers",
        page=listing.paged(request, rows),
        q=text,
        state=state,
        keep=[("state", state)] if state else [],
        chips=listing.chips(request, "state", CHIPS, state),
        heads=listing.headings(request, chosen, columns),
        ready=queries.all_routers().filter(state=Router.State.READY).count(),
        may_change=access.may(request, Action.CHANGE_ROUTERS),
        export_url=listing.link(request, format="csv"),
    )


def _csv(each: Any) -> tuple[object, ...]:  # with its counts
    return (
        each.name, each.get_state_display(), each.made_by, _at(each.made_at), _at(each.not_before), _at(each.not_after),
        _at(each.ended_at), each.routers, each.done, each.bad, each.trouble,
    )  # fmt: skip


@operator(Action.SEE_ROUTERS)
@require_GET
def show(request: Request, pk: int) -> HttpResponse:
    """Progress, router by router; htmx asks for it again while it moves."""
    rollout: Any = get_object_or_404(change_queries.rollouts(), pk=pk)
    text = listing.search(request)
    state = listing.choice(request, "state", [key for key, _label in CHANGE_CHIPS])
    rows = change_queries.search(text, state, rollout=pk).order_by("place", "pk")
    if listing.wants_csv(request):
        listing.limit_statements()
        return listing.csv_answer(f"rollout-{pk}", PLACES, (_place(each) for each in rows.iterator()))
    found = listing.paged(request, rows.defer("steps", "risks", "trail", "sealed_rows"))
    return page(
        request,
        "dashboard/changes/rollout.html",
        "rows" if request.htmx.target == "list" else "live",
        nav_key="routers",
        rollout=rollout,
        page=found,
        percent=round(100 * rollout.done / rollout.routers) if rollout.routers else 100,
        waves=rollouts.waves(rollout.routers),
        q=text,
        state=state,
        keep=[("state", state)] if state else [],
        chips=listing.chips(request, "state", CHANGE_CHIPS, state),
        opens=rollout.not_before if rollout.not_before and rollout.not_before > datetime.now(UTC) else None,
        moving=rollout.state == Rollout.State.RUNNING,
        here=listing.link(request, page=found.number if found.number > 1 else None),
        may_change=access.may(request, Action.CHANGE_ROUTERS),
        export_url=listing.link(request, format="csv"),
    )


def _place(each: Change) -> tuple[object, ...]:
    return (
        each.place + 1, each.router.name, each.router.site.name, each.get_state_display(), each.trouble,
        _at(each.ended_at),
    )  # fmt: skip


@operator(Action.CHANGE_ROUTERS)
@require_POST
def new(request: Request) -> HttpResponse:
    """Begin one over the routers that a search finds, or that follow a template."""
    given, now = request.POST, datetime.now(UTC)
    name, back = given.get("name", ""), reverse("rollouts")
    if "template" in given:  # one that makes no sense must not mean all routers
        template = template_or_404(listing.identity(given["template"]) or 0)
        found, back = (
            queries.all_routers().filter(template=template),
            reverse("router-template", args=[template.pk]),
        )
        name = name or f"Template {template.name}"
    else:
        text = given.get("q", "").replace("\0", "").strip()[: listing.LONGEST_SEARCH]
        found = queries.search(text, given.get("state", ""))
    try:
        opens, closes = windows.typed(given, now)
        rollout = rollouts.begin(
            name,
            list(found.filter(state=Router.State.READY).order_by("name", "pk")),
            by=access.actor(request),
            now=now,
            not_before=opens,
            not_after=closes,
        )
    except Refusal as refusal:
        return done(request, back, refusal.text, "bad")
    changing.advance.soon(rollout.pk)
    return HttpResponseRedirect(reverse("rollout", args=[rollout.pk]))


@operator(Action.CHANGE_ROUTERS)
@require_POST
def act(request: Request, pk: int, what: str) -> HttpResponse:
    """stop or resume."""
    rollout = get_object_or_404(Rollout.objects.select_for_update(), pk=pk)
    by, now, here = access.actor(request), datetime.now(UTC), reverse("rollout", args=[pk])
    try:
        match what:
            case "stop":
                rollouts.stop(rollout, by=by, now=now)
                return done(request, here, "Stopped.")
            case "resume":
                opens, closes = windows.typed(request.POST, now)
                rollouts.resume(rollout, by=by, now=now, not_before=opens, not_after=closes)
                changing.advance.soon(pk)
                return done(request, here, "It goes on.")
            case _:
                raise Http404
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
