"""Adding a router: the form, the command to paste, and the page that follows it live."""

from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.forms_routers import NEW, RouterForm
from dashboard.page import confirm, done, page, refused
from kmikro.lib.refusal import Refusal
from routers import enrolment, preflight, queries, radsec, tunnels
from routers.models import Router
from routers.tasks import enrol
from subscribers.models import Site

FORM = "dashboard/routers/edit.html"
_SHOWN = {preflight.OK: "ok", preflight.WARN: "warn", preflight.STOP: "bad"}  # states of a step
PAGE = "dashboard/routers/enrol.html"
SIX = "6"
VERSIONS = (("", "RouterOS 7"), (SIX, "RouterOS 6.49"))


def router_or_404(pk: int) -> Router:
    """The router of that number, unless it is being taken away."""
    router = queries.one(pk)
    if router is None:
        raise Http404
    return router


def host_of(request: Request) -> str:
    """The host name by which this ISP is opened now, without the port."""
    return request.get_host().partition(":")[0]


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def add(request: Request) -> HttpResponse:
    """Name, site, interface; the command comes next."""
    if request.method == "GET":
        first = Site.objects.values_list("pk", flat=True).first()
        form = RouterForm(initial={"site": str(first) if first else NEW})
        return page(request, FORM, nav_key="routers", form=form)
    form = RouterForm(request.POST)
    if not form.is_valid():
        return refused(request, FORM, nav_key="routers", form=form)
    now = datetime.now(UTC)
    try:
        router = enrolment.begin(
            name=form.cleaned_data["name"],
            site=enrolment.place(form.site_name(), now=now),
            interface=form.cleaned_data["interface"],
            by=access.actor(request),
            now=now,
        )
    except Refusal as refusal:
        return refused(request, FORM, nav_key="routers", form=form, refusal=refusal)
    return HttpResponseRedirect(reverse("router-enrol", args=[router.pk]))


@operator(Action.SEE_ROUTERS)
@require_GET
def follow(request: Request, pk: int) -> HttpResponse:
    """The command to paste beside what has happened so far."""
    router = router_or_404(pk)
    return page(request, PAGE, nav_key="routers", **_context(request, router))


@operator(Action.SEE_ROUTERS)
@require_GET
def steps(request: Request, pk: int) -> HttpResponse:
    """What has happened so far, polled every 2 s."""
    router = router_or_404(pk)
    return page(request, f"{PAGE}#steps", nav_key="routers", **_context(request, router))


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def new_command(request: Request, pk: int) -> HttpResponse:
    """A new command; for a router that works it asks first."""
    router = router_or_404(pk)
    here = reverse("router-enrol", args=[pk])
    if request.method == "GET":
        return confirm(
            request,
            title=f"Make a new command for {router}?",
            text="Paste it on this router or on the hardware that replaces it. Until then the router counts as not set "
            "up, people who are online stay online, and the old hardware is not asked any more.",
            action=reverse("router-command", args=[pk]),
            verb="Make a new command",
            cancel_url=reverse("router", args=[pk]),
            danger=False,
            nav_key="routers",
        )
    enrolment.renew(router, by=access.actor(request), now=datetime.now(UTC))
    return HttpResponseRedirect(here)


@operator(Action.CHANGE_ROUTERS)
@require_POST
def again(request: Request, pk: int) -> HttpResponse:
    """Try the current step again now."""
    router = router_or_404(pk)
    if router.reached_at and not router.is_ready:
        enrol.soon(router.pk)
    return done(request, reverse("router-enrol", args=[pk]), "Trying again now.")


def _context(request: Request, router: Router) -> dict[str, Any]:
    now = datetime.now(UTC)
    may_change = access.may(request, Action.CHANGE_ROUTERS)
    live = bool(router.enrolment_expires_at and router.enrolment_expires_at > now)
    shown = may_change and live
    expires = router.enrolment_expires_at
    six = request.GET.get("version") == SIX
    return {
        "router": router,
        "brings_certificate": radsec.is_wanted(router),
        "may_change": may_change,
        "command": enrolment.command(router, host_of(request), six=six) if shown else "",
        "loose": ""
        if six or not shown
        else enrolment.command(router, host_of(request), check_certificate=False),
        "six": six,
        "versions": listing.chips(request, "version", VERSIONS, SIX if six else ""),
        "left": max(0, int((expires - now).total_seconds())) if live and expires else 0,
        "expired": router.state in {Router.State.WAITING, Router.State.FETCHED} and not live,
        "steps": trace(router, expired=not live, now=now),
        "by_tunnel": _kind(router, six=six, now=now),
        "no_tunnel": tunnels.why_none(router, six=six, now=now),
        "checks": [{**check, "state": _SHOWN[check["state"]]} for check in router.preflight],
    }


def _kind(router: Router, *, six: bool, now: datetime) -> str:
    """The tunnel that the router has, or that the next command would bring; empty for none."""
    if router.fetched_at:
        mine = tunnels.of(router)
        return mine.kind if mine else ""
    return tunnels.offered(now, six=six)


def trace(router: Router, *, expired: bool, now: datetime) -> list[dict[str, str]]:
    """The steps with their times; the first that has not happened is the one that goes on, or not."""
    about = ", ".join(
        part for part in (f"RouterOS {router.version}" if router.version else "", router.serial) if part
    )
    pasted = router.reached_at is not None and router.fetched_at == router.reached_at
    described = (
        (
            "Block pasted" if pasted else "Command opened",
            f"Its line was brought back for {router.address}"
            if pasted
            else f"{router.caller} fetched the script",
            "Waiting for the command",
            router.fetched_at,
        ),
        (f"It is a {router.board or 'router'}", about, "Waiting for its report", router.reached_at),
        (
            "Our user signed in",
            f"API on port {router.api_port}, {'by TLS' if router.api_pin else 'in clear'}",
            "Signing in to the router",
            router.api_user_at,
        ),
        (
            "RADIUS tested",
            "It hears us and holds the same secret",
            "Writing the settings",
            router.radius_tested_at,
        ),
        ("Ready", "People can sign in", "Ready", router.ready_at),
    )
    made: list[dict[str, str]] = []
    going = True
    for title, text, meanwhile, at in described:
        if title == described[1][0] and router.fetched_at and (step := _tunnel(router, now)):
            made.append(step)
            going = going and step["state"] == "ok"
        if at is not None:
            made.append(
                {"state": "ok", "title": title, "text": text, "when": f"{timezone.localtime(at):%H:%M:%S}"}
            )
        elif going:
            made.append(_current(router, title, meanwhile, expired=expired))
            going = False
        else:
            made.append({"state": "skip", "title": title, "text": "", "when": ""})
    return made


def _tunnel(router: Router, now: datetime) -> dict[str, str] | None:
    """The step of a router that is reached through a tunnel: how long ago it was heard, or the fix."""
    mine = tunnels.of(router)
    if mine is None:
        return None
    found = tunnels.health(mine, now=now)
    if found.state != "ok":
        return {"state": found.state, "title": "Tunnel", "text": found.text, "when": ""}
    seconds = int(found.age.total_seconds()) if found.age is not None else 0
    at = f"{timezone.localtime(mine.handshake_at):%H:%M:%S}" if mine.handshake_at else ""
    return {
        "state": "ok",
        "title": "Tunnel up",
        "text": f"{'Heard' if mine.kind == tunnels.Kind.SSTP else 'Handshake'} {seconds} s ago, {mine.address}",
        "when": at,
    }


def _current(router: Router, title: str, meanwhile: str, *, expired: bool) -> dict[str, str]:
    if router.trouble:
        return {"state": "bad", "title": title, "text": router.trouble, "when": ""}
    if expired and router.state in {Router.State.WAITING, Router.State.FETCHED}:
        return {
            "state": "bad",
            "title": title,
            "text": "The command has expired. Make a new one.",
            "when": "",
        }
    return {"state": "now", "title": meanwhile, "text": "", "when": ""}
