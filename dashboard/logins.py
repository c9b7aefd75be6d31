"""The login log: every attempt with one sentence why, and the rules that were tried."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from accounts.roles import Action
from dashboard import access, listing, names
from dashboard.access import Request, operator
from dashboard.page import page
from dashboard.sessions import searched
from radius.models import AuthAttempt
from radius.sentences import shown

# Titles of the rules in radius.policy, in its order; a rule that is not here is shown by its code.
RULES = {
    "well_formed": "The request can be read",
    "malformed": "The request can be read",
    "one_password": "It carries one password",
    "both_passwords": "It carries one password",
    "unsupported_method": "Its way of signing in is offered",
    "no_password": "It carries a password",
    "eap_method": "It is set up for a method of Wi-Fi that we offer",
    "eap_broken": "What it says can be read",
    "eap_unknown": "Its sign-in is one that we know",
    "tls_failed": "It trusts our certificate",
    "isp": "The workspace is open",
    "isp_suspended": "The workspace is open",
    "known": "Voucher or account found",
    "unknown_user": "Voucher or account found",
    "password": "The password is right",
    "wrong_password": "The password is right",
    "void": "Not void",
    "suspended": "Not paused",
    "time_spent": "Online time left",
    "data_spent": "Data left",
    "ended": "Not ended",
    "device": "The listed device itself",
    "wrong_device": "The listed device itself",
    "site": "Valid at this place",
    "wrong_site": "Valid at this place",
    "access": "Valid for this kind of connection",
    "wrong_access": "Valid for this kind of connection",
    "routers": "A name for this kind of login",
    "not_for_routers": "A name for this kind of login",
    "no_trial": "A trial is offered",
    "hours": "Valid at this hour",
    "outside_hours": "Valid at this hour",
    "data_today": "Data of today left",
    "day_data_spent": "Data of today left",
    "time_today": "Time of today left",
    "day_time_spent": "Time of today left",
    "fair_use": "Fair use",
    "speed": "Speed of these hours",
    "lock": "One of its own devices",
    "locked_device": "One of its own devices",
    "fallback": "What is given instead",
    "devices": "A device is free",
    "too_many_devices": "A device is free",
}
REASONS = {
    "unknown_user": "Unknown code",
    "wrong_password": "Wrong password",
    "void": "Void",
    "suspended": "Paused",
    "time_spent": "Time used up",
    "data_spent": "Data used up",
    "ended": "Ended",
    "wrong_site": "Wrong place",
    "wrong_access": "Wrong kind of connection",
    "wrong_device": "Another device",
    "locked_device": "Bound to other devices",
    "outside_hours": "Outside its hours",
    "day_data_spent": "Data of the day used up",
    "day_time_spent": "Time of the day used up",
    "not_for_routers": "Not for router logins",
    "no_trial": "No trial offered",
    "too_many_devices": "Too many devices",
    "isp_suspended": "ISP suspended",
    "malformed": "Unreadable request",
    "both_passwords": "Two passwords",
    "unsupported_method": "Way of signing in not offered",
    "no_password": "No password",
    "tls_failed": "Wi-Fi: certificate not trusted",
    "eap_method": "Wi-Fi: another method",
    "eap_broken": "Wi-Fi: unreadable",
    "eap_unknown": "Wi-Fi: too slow",
}


def row(attempt: AuthAttempt, places: dict[int, str], *, clear: bool) -> dict[str, Any]:
    name, service = attempt.username, attempt.service
    return {
        "attempt": attempt,
        "service": service,
        "login": names.login(name, service, clear=clear),
        "sentence": names.sentence(attempt.sentence, name, service, clear=clear),
        "router": places.get(attempt.router_id, names.GONE),
        "state": "accepted" if attempt.accepted else "refused",
        "reason": "" if attempt.accepted else REASONS.get(attempt.code, attempt.code.replace("_", " ")),
    }


@operator(Action.SEE_LOGINS)
@require_GET
def index(request: Request) -> HttpResponse:
    clear = names.may_see_codes(request)
    outcome = listing.choice(request, "outcome", {"accepted", "refused"})
    reason = listing.choice(request, "reason", REASONS)
    router, text = listing.number(request, "router"), listing.search(request)
    rows = AuthAttempt.objects.select_related("service__voucher").defer("trace", "sent", "service__secret")
    rows = rows.defer("trace", "sent", "service__voucher__code").order_by("-at", "-pk")
    if outcome:
        rows = rows.filter(accepted=outcome == "accepted")
    if reason:
        rows = rows.filter(accepted=False, code=reason)
    if router is not None:
        rows = rows.filter(router_id=router)
    if text:
        rows = searched(rows, text, clear=clear)
    places = names.routers()
    if listing.wants_csv(request):
        return _csv(rows, places, clear=clear)
    found = listing.paged(request, rows)
    outcomes = [("", "All"), ("refused", "Refused"), ("accepted", "Accepted")]
    return page(
        request,
        "dashboard/logins/index.html",
        nav_key="logins",
        page=found,
        rows=[row(attempt, places, clear=clear) for attempt in found],
        q=text,
        may_trace=access.may(request, Action.TRACE),
        filtered=bool(text or outcome or reason or router is not None),
        outcome=outcome,
        reason=reason,
        router=router,
        places=places,
        reasons=REASONS,
        chips=listing.chips(request, "outcome", outcomes, outcome),
        keep=[
            (name, value)
            for name, value in (("outcome", outcome), ("reason", reason), ("router", router))
            if value
        ],
        heads=listing.headings(
            request,
            "",
            [("", "When"), ("", "User"), ("", "Outcome"), ("", "Why"), ("", "Router"), ("", "Device")],
        ),
        export_url=listing.link(request, format="csv"),
    )


def _csv(rows: Any, places: dict[int, str], *, clear: bool) -> HttpResponse:
    listing.limit_statements()
    return listing.csv_answer(
        "logins",
        ["When (UTC)", "User", "MAC", "Address", "Router", "Outcome", "Reason", "Why"],
        (
            [
                f"{attempt.at:%Y-%m-%d %H:%M:%S}",
                shown["login"],
                attempt.mac,
                attempt.framed_ip or "",
                shown["router"],
                shown["state"],
                attempt.code,
                shown["sentence"],
            ]
            for attempt in rows.iterator(chunk_size=1000)
            for shown in [row(attempt, places, clear=clear)]
        ),
    )


@operator(Action.SEE_LOGINS)
@require_GET
def login(request: Request, pk: int) -> HttpResponse:
    """One attempt: the sentence, the rules in the order they ran, and what the router was told."""
    attempt = get_object_or_404(
        AuthAttempt.objects.select_related("service__plan", "service__voucher"), pk=pk
    )
    clear = names.may_see_codes(request)
    steps = [
        {
            "state": "ok" if step.get("ok") else "bad",
            "title": RULES.get(
                str(step.get("code")), str(step.get("code", "")).replace("_", " ").capitalize()
            ),
            "text": names.sentence(str(step.get("text", "")), attempt.username, attempt.service, clear=clear),
        }
        for step in shown(attempt.trace)
        if isinstance(step, dict)
    ]
    before = (
        AuthAttempt.objects.filter(mac=attempt.mac, at__lte=attempt.at).exclude(pk=pk)
        if attempt.mac
        else None
    )
    places = names.routers()
    return page(
        request,
        "dashboard/logins/login.html",
        nav_key="logins",
        steps=steps,
        sent=[(name, value) for name, value in attempt.sent.items() if name != "Class"],
        milliseconds=round(attempt.microseconds / 1000, 1),
        earlier=[row(each, places, clear=clear) for each in before.select_related("service")[:5]]
        if before
        else [],
        now=datetime.now(UTC),
        may_see_vouchers=access.may(request, Action.SEE_VOUCHERS),
        may_trace=access.may(request, Action.TRACE),
        **row(attempt, places, clear=clear),
    )
