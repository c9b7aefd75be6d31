"""An account: made here, its secret shown once, and everything about it on one page."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_http_methods

from accounts.roles import Action
from dashboard import (
    access,
    arrangements,
    listing,
    logins,
    names,
    own_terms,
    renewals,
    usage,
    usage_ranges,
    why,
)
from dashboard import sessions as sessions_page
from dashboard.access import Request, operator
from dashboard.forms_subscribers import ACCESS, AccountForm, DeviceForm
from dashboard.own_terms import account_or_404
from dashboard.page import page, refused
from dashboard.subscribers import state_key
from kmikro.lib.refusal import Refusal
from radius.models import AuthAttempt, Session
from subscribers import accounts, lifecycle, people, queries
from subscribers import usage as used
from subscribers.models import Service, Subscriber
from subscribers.queries import State

PAGE, FORM = "dashboard/subscribers/account.html", "dashboard/subscribers/new.html"
ATTEMPTS, MOST_LIVE = 6, 20


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """A new account for somebody new, or with ?subscriber= for somebody who is known."""
    chosen = listing.number(request, "subscriber")
    person = get_object_or_404(Subscriber, pk=chosen) if chosen is not None else None
    form = AccountForm(request.POST or None, plans=queries.plans(), person=person)
    context: dict[str, Any] = {"nav_key": "subscribers", "person": person}
    if request.method != "POST":
        return page(request, FORM, form=form, **context)
    if not form.is_valid():
        return refused(request, FORM, form=form, **context)
    given, by, now = form.cleaned_data, access.actor(request), datetime.now(UTC)
    try:
        with transaction.atomic():  # nobody without an account stays when the user name will not do
            owner = person or people.add(
                given["name"], given["phone"], given["language"], by=by, now=now, country=request.isp.country
            )
            service, secret = accounts.open_account(
                given["username"], given["plan"], owner, by=by, now=now, access=given["access"]
            )
    except Refusal as refusal:
        return refused(request, FORM, form=form, refusal=refusal, **context)
    return shown(request, service.pk, secret=secret)


@operator(Action.SEE_SUBSCRIBERS)
@require_GET
def account(request: Request, pk: int) -> HttpResponse:
    """State, usage, who is online, why not, the last attempts and the device list."""
    return shown(request, pk)


def shown(
    request: Request,
    pk: int,
    *,
    secret: str = "",
    device_form: DeviceForm | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """The page of an account: with a secret that was just made, or with what is wrong with a device."""
    service = account_or_404(pk)
    now = datetime.now(UTC)
    bars = usage.bars(request, service, now)
    context: dict[str, Any] = {
        "nav_key": "subscribers",
        "service": service,
        "plan": service.plan,
        "person": service.subscriber,
        "speaks": names.language(service.subscriber, request.isp),
        "state": state_key(service),
        "may_see_routers": access.may(request, Action.SEE_ROUTERS),
        "may_see_sessions": access.may(request, Action.SEE_SESSIONS),
        "is_paused": service.status == Service.Status.SUSPENDED,
        "is_over": service.status in lifecycle.OVER,
        "works": service.state in {State.NEW, State.IN_USE},
        "access": ACCESS.get(service.access, service.access),
        "secret": secret,
        "devices": list(service.devices.all()),
        "agreed": own_terms.facts_of(service),
        "arranged": arrangements.of_service(service, now),
        "renewals": renewals.of_service(service),
        "may_correct": access.may(request, Action.CORRECT_USAGE),
        "may_change": access.may(request, Action.CHANGE_SUBSCRIBERS),
        "may_disconnect": access.may(request, Action.DISCONNECT),
        "may_trace": access.may(request, Action.TRACE),
        "live": _live(service, now),
        "usage": _usage(request, service, now),
        "bars": bars,
        "data_limit": usage.data_limit(bars),
        **_logins(request, service),
    }
    form = device_form or DeviceForm()
    if device_form is not None:
        return refused(request, PAGE, form=form, refusal=refusal, **context)
    answer = page(request, PAGE, None if secret else "live", form=form, **context)
    if secret:
        answer["Cache-Control"] = "no-store"
    return answer


def _live(service: Service, now: datetime) -> list[dict[str, Any]]:
    found = Session.objects.filter(service=service, ended_at=None).defer("fold").order_by("-started_at")
    sessions = list(found[:MOST_LIVE])
    places = names.routers({each.router_id for each in sessions}) if sessions else {}
    return [
        {
            "session": each,
            "router": places.get(each.router_id, names.GONE),
            **sessions_page.acts(each, now),
        }
        for each in sessions
    ]


def _usage(request: Request, service: Service, now: datetime) -> dict[str, Any]:
    """Data by day, on the ISP's own calendar."""
    zone = ZoneInfo(request.isp.time_zone)
    span = used.span(used.DAY, None, None, now.astimezone(zone).date(), zone)
    return usage_ranges.chart(used.steps(span, Q(service=service)), span)


def _logins(request: Request, service: Service) -> dict[str, Any]:
    """Why they cannot connect, as things are now, and what they tried last."""
    if not access.may(request, Action.SEE_LOGINS):
        return {"may_see_logins": False}
    clear, places = names.may_see_codes(request), names.routers()
    rows = AuthAttempt.objects.filter(service=service).select_related("service").order_by("-at", "-pk")
    rows = rows.defer("trace", "sent", "service__secret")[:ATTEMPTS]
    return {
        "may_see_logins": True,
        "attempts": [logins.row(attempt, places, clear=clear) for attempt in rows],
        **why.answer(request, service.label),
    }
