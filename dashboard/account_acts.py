"""What is done to an account: another secret, a pause, the end. Each says first what happens to who is online."""

from datetime import UTC, datetime

from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST

from accounts.roles import Action
from dashboard import access, kicks
from dashboard.access import Request, operator
from dashboard.accounts import account_or_404, shown
from dashboard.page import confirm, done
from kmikro.lib.refusal import Refusal
from subscribers import accounts, lifecycle


def _here(pk: int) -> str:
    return reverse("subscriber-account", args=[pk])


def _people(count: int) -> str:
    return "1 device is" if count == 1 else f"{count} devices are"


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
            f" {_people(count)} online with the old one and stay so until they sign in again."
            if count
            else ""
        )
        return confirm(
            request,
            title=f"Make a new secret for {service.label}?",
            text=f"The old one opens nothing from then on. The new one is shown once.{stay}",
            action=reverse("subscriber-account-secret", args=[pk]),
            verb="Make a new secret",
            cancel_url=_here(pk),
            danger=False,
            extra=extra if count else "",
            nav_key="subscribers",
        )
    by, now = access.actor(request), datetime.now(UTC)
    secret = accounts.rotate_secret(service, by=by, now=now)
    if request.POST.get("disconnect") == "1":
        kicks.end_sessions_of([pk], by=by, now=now)
    return shown(request, pk, secret=secret)


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def pause(request: Request, pk: int) -> HttpResponse:
    service = account_or_404(pk)
    if request.method == "GET":
        return confirm(
            request,
            title=f"Pause {service.label}?",
            text="Nobody connects with it until it is resumed. The clock of its validity goes on."
            + kicks.warning(pk),
            action=reverse("subscriber-account-pause", args=[pk]),
            verb="Pause account",
            cancel_url=_here(pk),
            danger=False,
            nav_key="subscribers",
        )
    by, now = access.actor(request), datetime.now(UTC)
    try:
        lifecycle.suspend(service, by=by, now=now)
    except Refusal as refusal:
        return done(request, _here(pk), refusal.text, "bad")
    asked = kicks.end_sessions_of([pk], by=by, now=now)
    return done(request, _here(pk), f"{service.label} is paused.{_going(asked)}")


@operator(Action.CHANGE_SUBSCRIBERS)
@require_POST
def resume(request: Request, pk: int) -> HttpResponse:
    service = account_or_404(pk)
    try:
        lifecycle.resume(service, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return done(request, _here(pk), refusal.text, "bad")
    return done(request, _here(pk), f"{service.label} can connect again.")


@operator(Action.CHANGE_SUBSCRIBERS)
@require_http_methods(["GET", "POST"])
def end(request: Request, pk: int) -> HttpResponse:
    service = account_or_404(pk)
    if request.method == "GET":
        return confirm(
            request,
            title=f"End {service.label} for good?",
            text="Nobody connects with it again, and it cannot be resumed. Its user name stays taken; what it used "
            "stays in every record." + kicks.warning(pk),
            action=reverse("subscriber-account-end", args=[pk]),
            verb="End account",
            cancel_url=_here(pk),
            nav_key="subscribers",
        )
    by, now = access.actor(request), datetime.now(UTC)
    try:
        lifecycle.end(service, by=by, now=now)
    except Refusal as refusal:
        return done(request, _here(pk), refusal.text, "bad")
    asked = kicks.end_sessions_of([pk], by=by, now=now)
    return done(request, _here(pk), f"{service.label} has ended.{_going(asked)}")


def _going(asked: int) -> str:
    return f" {_people(asked)} being disconnected." if asked else ""
