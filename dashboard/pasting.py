"""Adding a router without a download: the block to paste, and the line that it prints, carried back by a person."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from dashboard import access, listing
from dashboard.access import Request, operator
from dashboard.enrolments import SIX, VERSIONS, router_or_404
from dashboard.forms_routers import LineForm
from dashboard.page import done, page, refused
from kmikro.lib.refusal import Refusal
from routers import pasting
from routers.models import Router
from routers.tasks import enrol

PAGE = "dashboard/routers/paste.html"


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def show(request: Request, pk: int) -> HttpResponse:
    """The block for a version of RouterOS, and the field for its line."""
    router = router_or_404(pk)
    now = datetime.now(UTC)
    if request.method == "GET":
        return page(request, PAGE, nav_key="routers", form=LineForm(), **_context(request, router, now))
    by_tunnel = pasting.brings_tunnel(router, six=_six(request), now=now)
    form = LineForm(request.POST, by_tunnel=by_tunnel)
    if not form.is_valid():
        return refused(request, PAGE, nav_key="routers", form=form, **_context(request, router, now))
    try:
        pasting.take(
            router, form.cleaned_data["line"], form.cleaned_data["address"], by=access.actor(request), now=now
        )
    except Refusal as refusal:
        context = _context(request, router, now)
        return refused(request, PAGE, nav_key="routers", form=form, refusal=refusal, **context)
    enrol.soon(pk)
    return done(
        request, reverse("router-enrol", args=[pk]), "That is the router's line. We are calling it now."
    )


def _six(request: Request) -> bool:
    return request.GET.get("version") == SIX


def _context(request: Request, router: Router, now: datetime) -> dict[str, Any]:
    six = _six(request)
    block, by_tunnel = (
        pasting.block(router, six=six, now=now),
        pasting.brings_tunnel(router, six=six, now=now),
    )
    expires = router.enrolment_expires_at
    left = max(0, int((expires - now).total_seconds())) if block and expires else 0
    return {
        "router": router,
        "paste": block,
        "left": left,
        "by_tunnel": by_tunnel,
        "chips": listing.chips(request, "version", VERSIONS, SIX if six else ""),
    }
