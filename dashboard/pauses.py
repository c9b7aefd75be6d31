"""Pausing a voucher and taking it up again; who is online with it is disconnected at once."""

from datetime import UTC, datetime

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access, kicks
from dashboard.access import Request, operator
from dashboard.page import confirm, done
from dashboard.vouchers import voucher_or_404
from kmikro.lib.refusal import Refusal
from subscribers import lifecycle


@operator(Action.MAKE_VOUCHERS)
@require_http_methods(["GET", "POST"])
def pause(request: Request, pk: int) -> HttpResponse:
    shown = voucher_or_404(request, pk)
    here = reverse("voucher", args=[pk])
    if request.method == "GET":
        text = (
            "Nobody connects with it until it is resumed. The clock of its validity goes on."
            + kicks.warning(shown.service_id)
        )
        return confirm(
            request,
            title=f"Pause voucher {shown}?",
            text=text,
            action=reverse("voucher-pause", args=[pk]),
            verb="Pause voucher",
            cancel_url=here,
            danger=False,
            nav_key="vouchers",
        )
    actor, now = access.actor(request), datetime.now(UTC)
    try:
        lifecycle.suspend(shown.service, by=actor, now=now)
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    asked = kicks.end_sessions_of([shown.service_id], by=actor, now=now)
    text = f"Voucher {shown} is paused."
    return done(request, here, f"{text} Its session is being disconnected." if asked else text)


@operator(Action.MAKE_VOUCHERS)
@require_POST
def resume(request: Request, pk: int) -> HttpResponse:
    shown = voucher_or_404(request, pk)
    here = reverse("voucher", args=[pk])
    try:
        lifecycle.resume(shown.service, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    return done(request, here, f"Voucher {shown} works again.")
