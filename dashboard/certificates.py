"""A router's certificates for RADIUS over TLS: which there are, a command for another one, an end to one."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access
from dashboard.access import Request, operator
from dashboard.enrolments import host_of, router_or_404
from dashboard.page import confirm, done
from kmikro.lib.refusal import Refusal
from routers import addresses, enrolment, radsec, script
from routers.models import Router
from routers.tasks import sync
from tenants import authority
from tenants.authority import Held

SHOWN = 10


def of_router(request: Request, router: Router, *, may_change: bool) -> dict[str, Any]:
    """What the router's page says of its certificates; nothing where RadSec was never asked for."""
    held = authority.held(router.pk) if settings.RADSEC or router.radsec_certificate else []
    if not held and not radsec.is_wanted(router):
        return {"certificates": None}
    now, used = datetime.now(UTC), radsec.in_use(router, held)
    live = bool(router.enrolment_expires_at and router.enrolment_expires_at > now)
    command = ""
    if may_change and live and router.radsec_due and router.is_ready:
        url = addresses.enrolment_url(host_of(request), router.enrolment_sealed)
        command = script.one_line(url, file=script.RENEWAL)
    return {
        "certificates": [_row(each, used, now) for each in reversed(held[-SHOWN:])],
        "by_tls": radsec.is_good(used, now),
        "wants_radsec": radsec.is_wanted(router),
        "certificate_command": command,
        "certificate_left": (router.enrolment_expires_at - now)
        if command and router.enrolment_expires_at
        else None,
    }


def _row(each: Held, used: Held | None, now: datetime) -> dict[str, Any]:
    if each.revoked_at is not None:
        state: Any = "revoked"
    elif each.ends_at <= now:
        state = "expired"
    elif used is not None and used.id == each.id:
        state = "in_use"
    else:
        state = {"tone": "", "icon": "circle-check", "label": "Good"}
    return {
        "certificate": each,
        "state": state,
        "may_revoke": each.revoked_at is None,
    }


@operator(Action.CHANGE_ROUTERS)
@require_POST
def new(request: Request, pk: int) -> HttpResponse:
    """A command that brings the router another certificate."""
    router, now = router_or_404(pk), datetime.now(UTC)
    here = f"{reverse('router', args=[pk])}#certificates"
    try:
        radsec.ask_new(router, by=access.actor(request), now=now)
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    enrolment.issue_token(router, now)
    return done(request, here, "Paste the command under RADIUS over TLS in the router's terminal.")


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def revoke(request: Request, pk: int, number: int) -> HttpResponse:
    """End one of the router's certificates; a router that uses it goes back to UDP."""
    router = router_or_404(pk)
    held = authority.held(pk)
    chosen = next((each for each in held if each.number == number), None)
    if chosen is None:
        raise Http404
    here = f"{reverse('router', args=[pk])}#certificates"
    if request.method == "GET":
        used = radsec.in_use(router, held)
        after = "We did not tell the router to use it; where it was set up by hand, its people cannot sign in then."
        if used is not None and used.id == chosen.id:
            after = f"{router} uses it now. RADIUS from there goes by UDP again; who is online stays online."
        return confirm(
            request,
            title=f"Revoke certificate {chosen.number} of {router}?",
            text=f"Within two seconds nothing opens with it any more. This cannot be undone. {after}",
            action=reverse("router-certificate-revoke", args=[pk, number]),
            verb="Revoke",
            cancel_url=here,
            nav_key="routers",
        )
    try:
        used_it = radsec.revoke(router, chosen, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    if used_it and router.is_ready:
        sync.soon(pk, "Its certificate was revoked")
    return done(request, here, f"Certificate {chosen.number} is revoked.")
