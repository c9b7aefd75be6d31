"""What a router offers: the list with a preview of what would be written, and each offer's form."""

from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access
from dashboard.access import Request, operator
from dashboard.enrolments import host_of, router_or_404
from dashboard.forms_offers import OfferForm
from dashboard.page import confirm, done, page, refused
from kmikro.lib.refusal import Refusal
from routers import offering, offers, previews
from routers.models import Offering, Router
from routers.tasks import look
from routers.tasks import sync as sync_task

LIST, FORM = "dashboard/routers/offers.html", "dashboard/routers/offer.html"


def _offering_or_404(router: Router, number: int) -> Offering:
    found = Offering.objects.select_related("router").filter(router=router, pk=number).first()
    if found is None:
        raise Http404
    return found


def _shown(offer: offers.Offer, number: int | None) -> dict[str, Any]:
    kind = offers.KINDS[offer.kind]
    return {"key": offer.key, "title": kind.title, "text": offers.in_words(offer), "number": number}


@operator(Action.SEE_ROUTERS)
@require_GET
def index(request: Request, pk: int) -> HttpResponse:
    router = router_or_404(pk)
    own = [_shown(offers.Offer(each.kind, each.key, each.values), each.pk) for each in router.offerings.all()]
    keys, trouble = {each["key"] for each in own}, ""
    try:
        more = [_shown(each, None) for each in offering.effective(router) if each.key not in keys]
    except Refusal as refusal:
        more, trouble = [], refusal.text
    return page(
        request,
        LIST,
        nav_key="routers",
        router=router,
        own=own,
        more=more,
        template_trouble=trouble,
        kinds=offers.KINDS.values(),
        may_change=access.may(request, Action.CHANGE_ROUTERS),
        preview=previews.of(router, host_of(request), now=datetime.now(UTC)),
    )


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def add(request: Request, pk: int, kind: str) -> HttpResponse:
    router, known = router_or_404(pk), offers.KINDS.get(kind)
    if known is None:
        raise Http404
    context: dict[str, Any] = {"nav_key": "routers", "router": router, "kind": known, "offering": None}
    if request.method == "GET":
        return page(request, FORM, form=OfferForm(kind=known, with_key=True), **context)
    form = OfferForm(request.POST, kind=known, with_key=True)
    if not form.is_valid():
        return refused(request, FORM, form=form, **context)
    try:
        offering.add(
            router,
            kind=kind,
            key=form.cleaned_data["key"],
            given=form.values(),
            by=access.actor(request),
            now=datetime.now(UTC),
        )
    except Refusal as refusal:
        return refused(request, FORM, form=form, refusal=refusal, **context)
    return done(
        request, reverse("router-offers", args=[pk]), "Saved. Below is what it changes on the router."
    )


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int, number: int) -> HttpResponse:
    router = router_or_404(pk)
    held = _offering_or_404(router, number)
    known = offers.KINDS[held.kind]
    context: dict[str, Any] = {"nav_key": "routers", "router": router, "kind": known, "offering": held}
    if request.method == "GET":
        return page(
            request,
            FORM,
            form=OfferForm(initial=offers.as_written(held.kind, held.values), kind=known, with_key=False),
            **context,
        )
    form = OfferForm(request.POST, kind=known, with_key=False)
    if not form.is_valid():
        return refused(request, FORM, form=form, **context)
    try:
        offering.change(held, given=form.values(), by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return refused(request, FORM, form=form, refusal=refusal, **context)
    return done(
        request, reverse("router-offers", args=[pk]), "Saved. Below is what it changes on the router."
    )


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def remove(request: Request, pk: int, number: int) -> HttpResponse:
    router = router_or_404(pk)
    held, here = _offering_or_404(router, number), reverse("router-offers", args=[pk])
    if request.method == "GET":
        return confirm(
            request,
            title=f"Remove the offer {held.key}?",
            text="What it made is taken off the router. Who depends on it there is cut off.",
            action=reverse("router-offer-remove", args=[pk, number]),
            verb="Remove offer",
            cancel_url=here,
            nav_key="routers",
        )
    offering.remove(held, by=access.actor(request), now=datetime.now(UTC))
    return done(request, here, "Removed. Below is what it changes on the router.")


@operator(Action.CHANGE_ROUTERS)
@require_POST
def apply(request: Request, pk: int) -> HttpResponse:
    """Write what is shown; a person has seen it."""
    router = router_or_404(pk)
    sync_task.soon(router.pk, "Offers", True)
    return done(request, reverse("router", args=[pk]), "The router is being told. The run appears below.")


@operator(Action.CHANGE_ROUTERS)
@require_POST
def people(request: Request, pk: int) -> HttpResponse:
    """Whether accounts live on the router as well."""
    router, wanted = router_or_404(pk), request.POST.get("keep") == "1"
    offering.keep_people(router, wanted, by=access.actor(request), now=datetime.now(UTC))
    text = "Accounts will be kept on the router." if wanted else "Accounts will be taken off the router."
    return done(request, reverse("router-offers", args=[pk]), text)


@operator(Action.CHANGE_ROUTERS)
@require_POST
def read(request: Request, pk: int) -> HttpResponse:
    """Read the whole router again."""
    router = router_or_404(pk)
    look.soon(router.pk)
    back = "router-others" if request.POST.get("to") == "others" else "router-offers"
    return done(request, reverse(back, args=[pk]), "The router is being read. Look again in a moment.")
