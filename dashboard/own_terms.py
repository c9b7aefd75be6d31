"""What is agreed with one account alone: on the account's page in words, and the form that changes it."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.roles import Action
from dashboard import access, kicks, names
from dashboard.access import Request, operator
from dashboard.forms_terms import TermsForm, initial
from dashboard.page import confirm, done, page, refused
from kmikro.lib.refusal import Refusal
from subscribers import lifecycle, offers, own_terms, queries
from subscribers.models import Service, Site

FORM = "dashboard/subscribers/terms.html"


def facts_of(service: Service) -> list[dict[str, Any]]:
    """What is agreed beside the plan, in words; empty when nothing is."""
    lines: list[dict[str, Any]] = []
    if service.grace_seconds is not None:
        text = f"{offers.span(service.grace_seconds)} after the end" if service.grace_seconds else "None"
        lines.append({"label": "Grace", "text": text})
    if service.sites:
        lines.append({"label": "Sites", "text": named(service.sites, Site.objects.values_list("pk", "name"))})
    if service.routers:
        lines.append({"label": "Routers", "text": named(service.routers, names.routers().items())})
    for label, value in (
        ("IPv4 address", service.framed_ip),
        ("IPv6 prefix", service.framed_ipv6_prefix),
        ("IPv6 prefix behind it", service.delegated_ipv6_prefix),
    ):
        if value:
            lines.append({"label": label, "text": value, "mono": True})
    return lines


def named(ids: Collection[int], known: Iterable[tuple[int, str]]) -> str:
    """These places by name, for people."""
    found = dict(known)
    return ", ".join(sorted(found.get(each, "one that is gone") for each in ids))


def account_or_404(pk: int) -> Any:  # a Service with its state
    return get_object_or_404(queries.accounts(datetime.now(UTC)), pk=pk)


def _form(service: Service, given: Any = None) -> TermsForm:
    choices = {
        "sites": list(Site.objects.values_list("pk", "name")),
        "routers": list(names.routers().items()),
    }
    return TermsForm(given, initial=initial(own_terms.own_terms_of(service)), **choices)


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def change(request: Request, pk: int) -> HttpResponse:
    service = account_or_404(pk)
    here = reverse("subscriber-account", args=[pk])
    if service.status in lifecycle.OVER:
        return done(request, here, f"{service.label} is over. Nothing can be agreed for it.", "bad")
    context: dict[str, Any] = {"nav_key": "subscribers", "service": service, "plan": service.plan}
    if request.method == "GET":
        return page(request, FORM, form=_form(service), online=kicks.online([pk]), **context)
    form, refusal = _form(service, request.POST), None
    if form.is_valid():
        before, by, now = own_terms.own_terms_of(service), access.actor(request), datetime.now(UTC)
        try:
            held = own_terms.agree(service, form.cleaned_data["terms"], by=by, now=now)
            return done(request, here, _follow(request, form, before, held, now))
        except Refusal as caught:
            refusal = caught
    return refused(request, FORM, form=form, refusal=refusal, online=kicks.online([pk]), **context)


def _follow(
    request: Request, form: TermsForm, before: own_terms.OwnTerms, held: Service, now: datetime
) -> str:
    """Bring who is online to it, as far as RADIUS does not do that by itself; returns what to say."""
    said = f"The terms of {held.label} are saved."
    online = kicks.online([held.pk])
    if not online or not own_terms.moves(before, own_terms.own_terms_of(held)):
        return said
    if form.cleaned_data["disconnect"]:
        asked = kicks.end_sessions_of([held.pk], by=access.actor(request), now=now)
        return f"{said} {kicks.devices(asked)} being disconnected: the next sign-in gets the new address."
    return f"{said} Who is online keeps the old address until the next sign-in."


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def unbind(request: Request, pk: int) -> HttpResponse:
    """Forget the bound device, after a question."""
    service = account_or_404(pk)
    here = reverse("subscriber-account", args=[pk])
    if request.method == "GET":
        return confirm(
            request,
            title=f"Let another device use {service.label}?",
            text=f"It is bound to {service.bound_mac}. The next device that signs in takes that place."
            if service.bound_mac
            else "It is bound to no device now.",
            action=reverse("subscriber-account-unbind", args=[pk]),
            verb="Unbind device",
            cancel_url=here,
            danger=False,
            nav_key="subscribers",
        )
    try:
        own_terms.unbind(service, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, here, refusal.text, "bad")
    return done(request, here, f"The next device that signs in as {service.label} is bound to it.")
