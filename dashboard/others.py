"""What is on a router that is not ours: shown, taken over, given back."""

from datetime import UTC, datetime

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.roles import Action
from dashboard import access
from dashboard.access import Request, operator
from dashboard.enrolments import router_or_404
from dashboard.page import done, page
from kmikro.lib.refusal import Refusal
from routers import adopting, inventory, proposals
from routers.models import Taken

PAGE = "dashboard/routers/others.html"


@operator(Action.SEE_ROUTERS)
@require_GET
def index(request: Request, pk: int) -> HttpResponse:
    router = router_or_404(pk)
    held = inventory.of(router)
    known = held is not None and held.is_whole
    taken = list(router.taken.exclude(key=""))
    waiting = [
        (each.path, {name: value for name, value in each.original.items() if value})  # as a proposal tells it
        for each in taken
        if each.marked_at is None
    ]
    found = [
        each
        for each in (proposals.proposed(inventory.facts_of(held)) if held is not None and known else [])
        if (each.path, dict(each.told)) not in waiting
    ]
    return page(
        request,
        PAGE,
        nav_key="routers",
        router=router,
        inventory=held if known else None,
        found=[_shown(each) for each in found if each.may_take],
        left=[_shown(each) for each in found if not each.may_take],
        taken=taken,
        may_change=access.may(request, Action.CHANGE_ROUTERS),
    )


def _shown(each: proposals.Proposal) -> dict[str, object]:
    return {"row": each, "told": ", ".join(f"{n}={v}" for n, v in each.told)[:300]}


@operator(Action.CHANGE_ROUTERS)
@require_POST
def take(request: Request, pk: int) -> HttpResponse:
    router, here = router_or_404(pk), reverse("router-others", args=[pk])
    try:
        count = adopting.take(
            router, request.POST.getlist("row"), by=access.actor(request), now=datetime.now(UTC)
        )
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    return done(
        request,
        reverse("router-offers", args=[pk]),
        f"{count} taken over. They get our mark when you apply it.",
    )


@operator(Action.CHANGE_ROUTERS)
@require_POST
def give_back(request: Request, pk: int, number: int) -> HttpResponse:
    router = router_or_404(pk)
    held = Taken.objects.select_related("router").filter(router=router, pk=number).exclude(key="").first()
    if held is None:
        raise Http404
    marked = adopting.give_back(held, by=access.actor(request), now=datetime.now(UTC))
    text = f"{held.name} becomes what it was when you apply it." if marked else f"{held.name} is left alone."
    return done(request, reverse("router-others", args=[pk]), text)
