"""The offers of a template: added, changed and removed with the forms of a router's own offers."""

from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from dashboard import access
from dashboard.access import Request, operator
from dashboard.forms_offers import OfferForm
from dashboard.page import confirm, done, page, refused
from dashboard.router_templates import saved, template_or_404
from kmikro.lib.refusal import Refusal
from routers import offers, templating

FORM = "dashboard/templates/offer.html"


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def add(request: Request, pk: int, kind: str) -> HttpResponse:
    held, known = template_or_404(pk), offers.KINDS.get(kind)
    if known is None:
        raise Http404
    context: dict[str, Any] = {"nav_key": "routers", "held": held, "kind": known, "key": ""}
    if request.method == "GET":
        return page(request, FORM, form=OfferForm(kind=known, with_key=True), **context)
    form = OfferForm(request.POST, kind=known, with_key=True)
    if not form.is_valid():
        return refused(request, FORM, form=form, **context)
    key, by = form.cleaned_data["key"], access.actor(request)
    try:
        differ = templating.add_offer(
            held, kind=kind, key=key, given=form.values(), by=by, now=datetime.now(UTC)
        )
    except Refusal as refusal:
        return refused(request, FORM, form=form, refusal=refusal, **context)
    return saved(request, held, differ)


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def edit(request: Request, pk: int, key: str) -> HttpResponse:
    held = template_or_404(pk)
    there = next((each for each in held.offers if each["key"] == key), None)
    if there is None:
        raise Http404
    known = offers.KINDS[there["kind"]]
    context: dict[str, Any] = {"nav_key": "routers", "held": held, "kind": known, "key": key}
    given = request.POST if request.method == "POST" else None
    form = OfferForm(
        given, initial=offers.as_written(known.name, there["values"]), kind=known, with_key=False
    )
    if request.method == "GET":
        return page(request, FORM, form=form, **context)
    if not form.is_valid():
        return refused(request, FORM, form=form, **context)
    try:
        differ = templating.change_offer(
            held, key, given=form.values(), by=access.actor(request), now=datetime.now(UTC)
        )
    except Refusal as refusal:
        return refused(request, FORM, form=form, refusal=refusal, **context)
    return saved(request, held, differ)


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def remove(request: Request, pk: int, key: str) -> HttpResponse:
    held, here = template_or_404(pk), reverse("router-template", args=[pk])
    if request.method == "GET":
        return confirm(
            request,
            title=f"Take the offer {key} out of {held}?",
            text="Routers that follow the template lose what it made when you write it to them.",
            action=reverse("router-template-offer-remove", args=[pk, key]),
            verb="Take it out",
            cancel_url=here,
            nav_key="routers",
        )
    try:
        differ = templating.change_offer(
            held, key, given=None, by=access.actor(request), now=datetime.now(UTC)
        )
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    return saved(request, held, differ)
