"""Orders: the same work on a filtered set of routers, with a preview first, progress, the result of each, and a stop."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access, listing, windows
from dashboard.access import Request, operator
from dashboard.page import done, page
from kmikro.lib.refusal import Refusal
from radius.models import Session
from routers import care, care_tasks, queries
from routers.models import CareItem, CareRun, Router
from subscribers.models import Site

Kind = CareRun.Kind
# What can be ordered for a set; a restore is ordered from its plan.
OFFERED = [
    (Kind.BACKUP, "Their configuration is read and kept when it has changed."),
    (Kind.CHECK, "Each is asked how it is."),
    (Kind.SYNC, "Each is compared with what it should be, and what differs is put right."),
    (Kind.FIRMWARE, "Each asks its update channel what is there."),
    (Kind.UPGRADE, "Backed up, upgraded and restarted; the first alone, and nothing more after a failure."),
    (Kind.REBOOT, "Restarted; the first alone, and nothing more after a failure."),
    (Kind.SITE, "Only here; nothing is said to the routers."),
]
CUTS = frozenset({Kind.UPGRADE, Kind.REBOOT})
HEADS = ("Router", "Site", "State", "Trouble", "Began", "Ended", "Steps")
ORDERS = ("Order", "State", "By", "Made", "Ended", "Routers", "Done", "Failed", "Left out")


def chosen(given: QueryDict) -> list[Router]:
    """The routers of a filter, or the ones that are named."""
    named = [number for each in given.getlist("router") if (number := listing.identity(each))][
        : care.MOST + 1
    ]
    rows = queries.all_routers().order_by("name", "pk")
    if given.getlist("router"):
        return list(rows.filter(pk__in=named))
    state = given.get("state", "")
    text = given.get("q", "").replace("\0", "").strip()[: listing.LONGEST_SEARCH]
    rows = queries.search(text, state if state in queries.FILTERS else "").order_by("name", "pk")
    site = listing.identity(str(given.get("site", "")))
    if site is not None:
        rows = rows.filter(site_id=site)
    return list(rows[: care.MOST + 1])


@operator(Action.SEE_ROUTERS)
@require_GET
def index(request: Request) -> HttpResponse:
    """What was ordered lately."""
    text, state = listing.search(request), listing.choice(request, "state", CareRun.State.values)
    kind = listing.choice(request, "kind", Kind.values)
    runs = care.all_runs()
    if text:
        runs = runs.filter(by__icontains=text)
    for name, value in (("state", state), ("kind", kind)):
        runs = runs.filter(**{name: value}) if value else runs
    if listing.wants_csv(request):
        listing.limit_statements()
        return listing.csv_answer("orders", ORDERS, (_run(each) for each in runs.iterator()))
    return page(
        request,
        "dashboard/orders/index.html",
        nav_key="routers",
        page=listing.paged(request, runs),
        q=text,
        filtered=bool(text or state or kind),
        keep=[(name, value) for name, value in (("state", state), ("kind", kind)) if value],
        chips=listing.chips(request, "state", [("", "All"), *CareRun.State.choices], state),
        kind_chips=listing.chips(request, "kind", [("", "All kinds"), *Kind.choices], kind),
        export_url=listing.link(request, format="csv"),
        may_change=access.may(request, Action.CHANGE_ROUTERS),
    )


def _run(run: Any) -> tuple[object, ...]:
    ended = run.ended_at.isoformat() if run.ended_at else ""
    told = (run.get_kind_display(), run.state, run.by, run.made_at.isoformat(), ended)
    return (*told, run.routers, run.fine, run.bad, run.skipped)


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Choose what to do and see with whom; a POST orders it."""
    given = request.POST if request.method == "POST" else request.GET
    kind = given.get("kind", "")
    if kind not in dict(OFFERED):
        kind = ""
    listing.limit_statements()
    routers = chosen(given)
    to = listing.identity(str(given.get("to", "")))
    site = Site.objects.filter(pk=to).first() if to is not None else None
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            return _order(request, kind, routers, site)
        except Refusal as refused:
            refusal = refused
    return _form(request, given, kind, routers, site, refusal)


def _order(request: Request, kind: str, routers: list[Router], site: Site | None) -> HttpResponse:
    now = datetime.now(UTC)
    opens, closes = windows.typed(request.POST, now)
    run = care.order(
        kind,
        routers,
        by=access.actor(request),
        now=now,
        site=site,
        not_before=opens,
        not_after=closes,
    )
    care_tasks.go_on.soon(run.pk)
    return done(request, reverse("router-order", args=[run.pk]), "Ordered. This page follows the work.")


def _form(
    request: Request,
    given: QueryDict,
    kind: str,
    routers: list[Router],
    site: Site | None,
    refusal: Refusal | None,
) -> HttpResponse:
    places = care.preview(kind, routers, site=site) if kind else []
    going = [place.router.pk for place in places if not place.skipped]
    online = Session.objects.filter(router_id__in=going, ended_at=None)
    return page(
        request,
        "dashboard/orders/new.html",
        status=422 if refusal else 200,
        nav_key="routers",
        kind=kind,
        kinds=[(value, Kind(value).label, about) for value, about in OFFERED],
        places=places,
        routers=routers,
        going=len(going),
        cuts=kind in CUTS,
        online=online.count() if kind in CUTS else 0,
        names=[session.username or session.mac for session in online.order_by("-started_at")[:10]]
        if kind in CUTS and access.may(request, Action.SEE_SESSIONS) and access.may(request, Action.SEE_CODES)
        else [],
        sites=Site.objects.order_by("name"),
        to=site,
        not_before=given.get("not_before", "")[:25],
        not_after=given.get("not_after", "")[:25],
        keep=_kept(given),
        refusal=refusal,
    )


def _kept(given: QueryDict) -> list[tuple[str, str]]:
    """The filter, as it was given."""
    pairs = [("router", each) for each in given.getlist("router") if listing.identity(each)]
    return pairs[: care.MOST] or [
        (name, str(given[name])[: listing.LONGEST_SEARCH])
        for name in ("q", "state", "site")
        if given.get(name)
    ]


@operator(Action.SEE_ROUTERS)
@require_GET
def order(request: Request, pk: int) -> HttpResponse:
    """One order, polled while it runs."""
    run: Any = get_object_or_404(care.all_runs(), pk=pk)  # with its counts
    items, text = care.items_of(run), listing.search(request)
    state = listing.choice(request, "state", CareItem.State.values)
    if text:
        items = items.filter(Q(router__name__icontains=text) | Q(router__site__name__icontains=text))
    items = items.filter(state=state) if state else items
    if listing.wants_csv(request):
        return listing.csv_answer(f"order-{pk}", HEADS, _csv(items.iterator(chunk_size=500)))
    listing.limit_statements()
    found = listing.paged(request, items)
    left = run.routers - run.fine - run.bad - run.skipped
    return page(
        request,
        "dashboard/orders/order.html",
        "progress",
        nav_key="routers",
        run=run,
        page=found,
        q=text,
        keep=[("state", state)] if state else [],
        chips=listing.chips(request, "state", [("", "All"), *CareItem.State.choices], state),
        left=left,
        percent=round(100 * (run.routers - left) / run.routers) if run.routers else 100,
        runs=run.state == CareRun.State.RUNNING or left,
        here=listing.link(request, page=found.number if found.number > 1 else None),
        export_url=listing.link(request, format="csv"),
        may_change=access.may(request, Action.CHANGE_ROUTERS),
    )


def _csv(items: Iterator[CareItem]) -> Iterator[tuple[object, ...]]:
    for item in items:
        steps: list[dict[str, Any]] = item.steps
        yield (
            item.router.name,
            item.router.site.name,
            item.state,
            item.trouble,
            item.started_at.isoformat() if item.started_at else "",
            item.ended_at.isoformat() if item.ended_at else "",
            "; ".join(f"{step.get('title', '')}: {step.get('text', '')}" for step in steps),
        )


@operator(Action.CHANGE_ROUTERS)
@require_POST
def stop(request: Request, pk: int) -> HttpResponse:
    """Begin nothing more."""
    run = get_object_or_404(CareRun, pk=pk)
    here = reverse("router-order", args=[pk])
    try:
        care.stop(run, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    return done(request, here, "Stopped. What runs on a router now goes to its end.")
