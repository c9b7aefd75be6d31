"""A row that was taken over: changed after a preview, and put back as it was."""

from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access
from dashboard.access import Request, operator
from dashboard.enrolments import host_of, router_or_404
from dashboard.forms_taken import TakenForm
from dashboard.page import done, page, refused
from kmikro.lib.refusal import Refusal
from routers import adopting, previews
from routers.models import Router, Taken

PAGE = "dashboard/routers/taken.html"


def taken_or_404(router: Router, number: int) -> Taken:
    held = Taken.objects.select_related("router").filter(router=router, pk=number).exclude(key="").first()
    if held is None:
        raise Http404
    return held


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int, number: int) -> HttpResponse:
    """Other values: first what would be written, then keep them."""
    router = router_or_404(pk)
    held = taken_or_404(router, number)
    form = TakenForm(
        request.POST if request.method == "POST" else None,
        values=adopting.changeable(held),
        was=held.original,
    )
    context: dict[str, Any] = {
        "nav_key": "routers",
        "router": router,
        "row": held,
        "mark": adopting.mark_of(held.path),
        "changed": adopting.differs(held),
        "preview": None,
    }
    if request.method == "GET":
        return page(request, PAGE, form=form, **context)
    if not form.is_valid():
        return refused(request, PAGE, form=form, **context)
    now = datetime.now(UTC)
    try:
        if request.POST.get("act") == "save":
            adopting.change(held, form.values(), by=access.actor(request), now=now)
            return _saved(request, router)
        would_be = adopting.imagined(held, form.values())
        context["preview"] = previews.of(would_be, host_of(request), now=now)
    except Refusal as refusal:
        return refused(request, PAGE, form=form, refusal=refusal, **context)
    return page(request, PAGE, form=form, **context)


def _saved(request: Request, router: Router) -> HttpResponse:
    here = reverse("router-offers", args=[router.pk])
    return done(request, here, "Saved. Below is what it changes on the router.")


@operator(Action.CHANGE_ROUTERS)
@require_POST
def undo(request: Request, pk: int, number: int) -> HttpResponse:
    """As it was when it was taken over."""
    router = router_or_404(pk)
    held = taken_or_404(router, number)
    try:
        adopting.undo(held, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, reverse("router-others", args=[pk]), refusal.text, "bad")
    return _saved(request, router)
