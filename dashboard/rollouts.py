"""Rollouts: one change for many routers, with progress; stop and go on."""

from datetime import UTC, datetime

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.page import done, page
from kmikro.lib.refusal import Refusal
from routers import changing, queries, rollouts
from routers.models import Change, Rollout, Router


@operator(Action.SEE_ROUTERS)
@require_GET
def index(request: Request) -> HttpResponse:
    found = listing.paged(request, Rollout.objects.order_by("-pk"))
    ready = queries.all_routers().filter(state=Router.State.READY).count()
    may_change = access.may(request, Action.CHANGE_ROUTERS)
    return page(
        request,
        "dashboard/changes/rollouts.html",
        nav_key="routers",
        page=found,
        ready=ready,
        may_change=may_change,
    )


@operator(Action.SEE_ROUTERS)
@require_GET
def show(request: Request, pk: int) -> HttpResponse:
    """Progress, router by router."""
    rollout = get_object_or_404(Rollout, pk=pk)
    shown = rollout.changes.select_related("router").only("state", "trouble", "router__name", "rollout")
    every = list(shown.order_by("place"))
    over = sum(change.state in Change.OVER for change in every)
    return page(
        request,
        "dashboard/changes/rollout.html",
        "live",
        nav_key="routers",
        rollout=rollout,
        changes=every,
        over=over,
        waves=rollouts.waves(len(every)),
        moving=rollout.state == Rollout.State.RUNNING,
        may_change=access.may(request, Action.CHANGE_ROUTERS),
    )


@operator(Action.CHANGE_ROUTERS)
@require_POST
def new(request: Request) -> HttpResponse:
    """Begin one over the routers that a search finds."""
    text, state = request.POST.get("q", "")[: listing.LONGEST_SEARCH], request.POST.get("state", "")
    chosen = list(queries.search(text, state).filter(state=Router.State.READY).order_by("name"))
    try:
        rollout = rollouts.begin(
            request.POST.get("name", ""), chosen, by=access.actor(request), now=datetime.now(UTC)
        )
    except Refusal as refusal:
        return done(request, reverse("rollouts"), refusal.text, "bad")
    changing.advance.soon(rollout.pk)
    return HttpResponseRedirect(reverse("rollout", args=[rollout.pk]))


@operator(Action.CHANGE_ROUTERS)
@require_POST
def act(request: Request, pk: int, what: str) -> HttpResponse:
    """stop or resume."""
    rollout, here = get_object_or_404(Rollout, pk=pk), reverse("rollout", args=[pk])
    verbs = {"stop": rollouts.stop, "resume": rollouts.resume}
    if what not in verbs:
        raise Http404
    try:
        verbs[what](rollout, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    if what == "resume":
        changing.advance.soon(pk)
    return done(request, here, "Stopped." if what == "stop" else "It goes on.")
