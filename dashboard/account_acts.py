"""What is done to an account: another secret, a pause, the end. Each says first what happens to who is online."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access, kicks
from dashboard.access import Request, operator
from dashboard.accounts import shown
from dashboard.own_terms import account_or_404
from dashboard.page import confirm, done
from kmikro.lib.refusal import Refusal
from subscribers import accounts, lifecycle
from subscribers.models import Service


def _here(pk: int) -> str:
    return reverse("subscriber-account", args=[pk])


def _ask(request: Request, pk: int, route: str, *, danger: bool = False, **said: Any) -> HttpResponse:
    return confirm(
        request,
        action=reverse(route, args=[pk]),
        cancel_url=_here(pk),
        danger=danger,
        nav_key="subscribers",
        **said,
    )


def _do(
    request: Request, service: Service, change: Callable[..., Any], said: str, *, shuts_out: bool = True
) -> HttpResponse:
    """Do it, disconnect those whom it shuts out, and say so on the account's page."""
    by, now = access.actor(request), datetime.now(UTC)
    try:
        change(service, by=by, now=now)
    except Refusal as refusal:
        return done(request, _here(service.pk), refusal.text, "bad")
    asked = kicks.end_sessions_of([service.pk], by=by, now=now) if shuts_out else 0
    going = f" {kicks.devices(asked)} being disconnected." if asked else ""
    return done(request, _here(service.pk), f"{said}{going}")


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def new_secret(request: Request, pk: int) -> HttpResponse:
    """Another secret, shown once; who is online stays, unless it is wished otherwise."""
    service = account_or_404(pk)
    if request.method == "GET":
        count = kicks.online([pk])
        extra = format_html(
            '<label class="check-line"><input type="checkbox" name="disconnect" value="1"><span>{}<span '
            'class="block text-sm text-ink-3">{}</span></span></label>',
            "Disconnect them now",
            "For a secret that somebody else knows.",
        )
        stay = (
            f" {kicks.devices(count)} online with the old one and stay so until they sign in again."
            if count
            else ""
        )
        return _ask(
            request,
            pk,
            "subscriber-account-secret",
            title=f"Make a new secret for {service.label}?",
            text=f"The old one opens nothing from then on. The new one is shown once.{stay}",
            verb="Make a new secret",
            extra=extra if count else "",
        )
    by, now = access.actor(request), datetime.now(UTC)
    try:
        secret = accounts.rotate_secret(service, by=by, now=now)
    except Refusal as refusal:
        return done(request, _here(pk), refusal.text, "bad")
    if request.POST.get("disconnect") == "1":
        kicks.end_sessions_of([pk], by=by, now=now)
    return shown(request, pk, secret=secret)


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def pause(request: Request, pk: int) -> HttpResponse:
    service = account_or_404(pk)
    if request.method == "POST":
        return _do(request, service, lifecycle.suspend, f"{service.label} is paused.")
    text = "Nobody connects with it until it is resumed. The clock of its validity goes on."
    return _ask(
        request,
        pk,
        "subscriber-account-pause",
        title=f"Pause {service.label}?",
        text=text + kicks.warning(pk),
        verb="Pause account",
    )


@operator(Action.CHANGE_SUBSCRIBERS)
@require_POST
def resume(request: Request, pk: int) -> HttpResponse:
    service = account_or_404(pk)
    return _do(request, service, lifecycle.resume, f"{service.label} can connect again.", shuts_out=False)


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def end(request: Request, pk: int) -> HttpResponse:
    service = account_or_404(pk)
    if request.method == "POST":
        return _do(request, service, lifecycle.end, f"{service.label} has ended.")
    text = (
        "Nobody connects with it again, and it cannot be resumed. Its user name stays taken; what it used stays in "
        "every record."
    )
    return _ask(
        request,
        pk,
        "subscriber-account-end",
        title=f"End {service.label} for good?",
        text=text + kicks.warning(pk),
        verb="End account",
        danger=True,
    )
