"""Routers: the list, one router's health and runs, change, compare now, remove."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.journal import record
from accounts.roles import Action
from dashboard import access, certificates, listing, sign_ins
from dashboard.access import Request, operator
from dashboard.enrolments import FORM, router_or_404
from dashboard.forms_routers import RouterForm
from dashboard.page import confirm, done, page, refused, wants_part
from kmikro.lib.refusal import Refusal
from radius.models import Session
from routers import enrolment, progress, queries, rotation, tunnels
from routers.models import Router
from routers.tasks import let_go, sync
from tenants import routes

SORTS = {
    "name": ("name", "pk"),
    "site": ("site__name", "name", "pk"),
    "checked": ("checked_at", "name", "pk"),
}
MISMATCH_SHOWN = timedelta(minutes=10)  # routers ask again all the time: older ones are over
CHIPS = [("", "All"), ("up", "Online"), ("down", "Not answering"), ("enrolling", "Being set up")]
HEADS = ("Name", "Site", "State", "Address", "Identity", "Board", "RouterOS", "Serial number", "Last answer")


def state_of(router: Router) -> str:
    """The key of the router's state in kmikro.ui.states."""
    if not router.is_ready:
        return "waiting" if router.state == Router.State.WAITING else "enrolling"
    return "online" if router.is_up else "down"


@operator(Action.SEE_ROUTERS)
@require_GET
def index(request: Request) -> HttpResponse:
    text = listing.search(request)
    state = listing.choice(request, "state", queries.FILTERS)
    chosen, fields = listing.order(request, SORTS, "name")
    rows = queries.search(text, state).order_by(*fields)
    if listing.wants_csv(request):
        return listing.csv_answer("routers", HEADS, (_csv_row(router) for router in rows.iterator()))
    found = listing.paged(request, rows)
    counts = queries.counts()
    return page(
        request,
        "dashboard/routers/list.html",
        nav_key="routers",
        page=found,
        rows=[{"router": router, "state": state_of(router)} for router in found],
        counts=counts,
        q=text,
        state=state,
        keep=[("state", state)] if state else [],
        chips=listing.chips(request, "state", CHIPS, state, counts),
        heads=listing.headings(
            request,
            chosen,
            [
                ("name", "Router"),
                ("site", "Site"),
                ("", "State"),
                ("", "Address"),
                ("", "Board"),
                ("", "CPU", "num"),
                ("checked", "Last answer"),
            ],
        ),
        may_change=access.may(request, Action.CHANGE_ROUTERS),
        here=listing.link(request, sort=None),
        export_url=listing.link(request, format="csv"),
    )


def _csv_row(router: Router) -> tuple[object, ...]:
    return (
        router.name, router.site.name, state_of(router), router.address or "", router.identity, router.board,
        router.version, router.serial, router.checked_at.isoformat() if router.checked_at else "",
    )  # fmt: skip


@operator(Action.SEE_ROUTERS)
@require_GET
def router(request: Request, pk: int) -> HttpResponse:
    """One router; while it is being set up, that page."""
    shown = router_or_404(pk)
    if not shown.is_ready:
        setup = reverse("router-enrol", args=[pk])
        return (
            HttpResponse(headers={"HX-Redirect": setup})
            if wants_part(request)
            else HttpResponseRedirect(setup)
        )
    memory = None
    if shown.total_memory and shown.free_memory is not None:
        memory = round(100 * (1 - shown.free_memory / shown.total_memory))
    return page(
        request,
        "dashboard/routers/router.html",
        "live",
        nav_key="routers",
        router=shown,
        state=state_of(shown),
        memory=memory,
        mismatch=routes.mismatches(shown.pk, since=datetime.now(UTC) - MISMATCH_SHOWN),
        unsigned=not progress.signs(shown.version),
        unsigned_until=routes.unsigned_until(shown.pk) if not progress.signs(shown.version) else None,
        used_memory=(shown.total_memory or 0) - (shown.free_memory or 0),
        uptime=datetime.now(UTC) - shown.up_since if shown.up_since and shown.is_up else None,
        online=Session.objects.filter(router_id=shown.pk, ended_at=None).count(),
        may_change=access.may(request, Action.CHANGE_ROUTERS),
        may_excuse=access.may(request, Action.EXCUSE_ROUTERS),
        sign_in=sign_ins.facts_of(shown),
        **_tunnel(shown),
        **certificates.of_router(request, shown, may_change=access.may(request, Action.CHANGE_ROUTERS)),
        may_see_sessions=access.may(request, Action.SEE_SESSIONS),
        **_runs(request, shown),
    )


def _tunnel(shown: Router) -> dict[str, Any]:
    mine = tunnels.of(shown)
    return {
        "tunnel": mine,
        "tunnel_health": tunnels.health(mine, now=datetime.now(UTC)) if mine else None,
    }


@operator(Action.SEE_ROUTERS)
@require_GET
def runs(request: Request, pk: int) -> HttpResponse:
    """The runs alone, polled every 2 s until the one that was asked for has ended."""
    shown = router_or_404(pk)
    return page(request, "dashboard/routers/router.html#runs", router=shown, **_runs(request, shown))


def _runs(request: Request, shown: Router) -> dict[str, Any]:
    newest = queries.runs(shown)
    before = listing.number(request, "after")  # the newest run when somebody asked for another
    expected = before is not None and before == (newest[0].pk if newest else 0)
    return {
        "runs": [{"run": run, "steps": _steps(run.steps)} for run in newest],
        "after": before if expected else None,
    }


def _with_runs(router: Router) -> str:
    """The router's page, waiting for a new run."""
    newest = queries.runs(router)
    return f"{reverse('router', args=[router.pk])}?after={newest[0].pk if newest else 0}"


def _steps(steps: list[dict[str, object]]) -> list[dict[str, object]]:
    return [
        {
            "state": "ok" if step.get("done") else "bad",
            "title": step.get("what", ""),
            "text": step.get("path", ""),
        }
        for step in steps
    ]


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int) -> HttpResponse:
    """Another name, site or interface."""
    shown = router_or_404(pk)
    if request.method == "GET":
        initial = {"name": shown.name, "site": str(shown.site_id), "interface": shown.hotspot_interface}
        return page(request, FORM, nav_key="routers", form=RouterForm(initial=initial), router=shown)
    form = RouterForm(request.POST)
    if not form.is_valid():
        return refused(request, FORM, nav_key="routers", form=form, router=shown)
    now = datetime.now(UTC)
    try:
        tell = enrolment.change(
            shown,
            name=form.cleaned_data["name"],
            site=enrolment.place(form.site_name(), now=now),
            interface=form.cleaned_data["interface"],
            by=access.actor(request),
            now=now,
        )
    except Refusal as refusal:
        return refused(request, FORM, nav_key="routers", form=form, refusal=refusal, router=router_or_404(pk))
    if tell:
        sync.soon(pk, "Another interface")
    return done(
        request, reverse("router", args=[pk]), "Saved. The router is being told." if tell else "Saved."
    )


@operator(Action.CHANGE_ROUTERS)
@require_POST
def compare(request: Request, pk: int) -> HttpResponse:
    """Compare the router with what it should be and put right what differs."""
    shown = router_or_404(pk)
    sync.soon(shown.pk, "Asked for by a person")
    return done(request, _with_runs(shown), "The router is being compared. The run appears below.")


@operator(Action.CHANGE_ROUTERS)
@require_POST
def new_secret(request: Request, pk: int) -> HttpResponse:
    """Another RADIUS secret; the old one is good until the router has surely been told."""
    shown = router_or_404(pk)
    try:
        rotation.rotate(shown, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, reverse("router", args=[pk]), refusal.text, "bad")
    sync.soon(shown.pk, "A new RADIUS secret")
    return done(
        request, _with_runs(shown), "The router is being told its new secret. The old one is good for a day."
    )


@operator(Action.EXCUSE_ROUTERS)
@require_POST
def accept_unsigned(request: Request, pk: int) -> HttpResponse:
    """Accept the unsigned requests of an old RouterOS for 30 more days."""
    shown = router_or_404(pk)
    now = datetime.now(UTC)
    try:
        until = routes.extend_exception(shown.pk, now=now)
    except Refusal as refusal:
        return done(request, reverse("router", args=[pk]), refusal.text, "bad")
    record(access.actor(request), "router.unsigned", shown, now=now, until=until.isoformat())
    return done(request, reverse("router", args=[pk]), "Unsigned requests are accepted for 30 more days.")


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def remove(request: Request, pk: int) -> HttpResponse:
    """Forget a router; by default our settings are taken off it first."""
    shown = router_or_404(pk)
    if request.method == "GET":
        online = Session.objects.filter(router_id=shown.pk, ended_at=None).count()
        people = (
            "Nobody is online there now."
            if not online
            else f"{online} online there now cannot sign in again."
        )
        can_release = bool(shown.api_user_at and shown.address)
        extra = format_html(
            '<label class="check-line"><input type="checkbox" name="release" value="1" checked><span>{}<span '
            'class="block text-sm text-ink-3">{}</span></span></label>',
            "Take our settings off the router first",
            "RADIUS, hotspot, walled garden and pages that we wrote. The user kmikro stays; remove it in WinBox.",
        )
        return confirm(
            request,
            title=f"Remove {shown}?",
            text=f"{people} Vouchers and past sessions stay.",
            action=reverse("router-remove", args=[pk]),
            verb="Remove router",
            cancel_url=reverse("router", args=[pk]),
            extra=extra if can_release else "",
            nav_key="routers",
        )
    name = shown.name
    release = request.POST.get("release") == "1"
    if enrolment.remove(shown, release=release, by=access.actor(request), now=datetime.now(UTC)):
        let_go.soon(pk)
    return done(request, reverse("routers"), f"{name} is removed.")
