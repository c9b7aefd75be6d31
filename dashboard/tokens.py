"""Settings, API tokens: made here, shown once, revoked here."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import tokens
from accounts.models import ApiToken
from accounts.roles import Action
from dashboard.access import Request, actor, operator
from dashboard.context import settings_tabs
from dashboard.forms_team import SCOPE_NAMES, NewToken
from dashboard.page import confirm, done, page, refused
from kmikro.lib.refusal import Refusal

either = require_http_methods(["GET", "HEAD", "POST"])
FORGOTTEN = timedelta(days=90)  # a live token unused for so long deserves a question


def _settings(request: Request, **context: Any) -> dict[str, Any]:
    return {
        "nav_key": "settings",
        "settings_key": "tokens",
        "settings_tabs": settings_tabs(request),
        **context,
    }


def _row(token: ApiToken, now: datetime) -> dict[str, Any]:
    ended = token.revoked_at is not None or token.expires_at <= now
    everything = set(token.scopes) == {scope.value for scope in tokens.SCOPES}
    state = "revoked" if token.revoked_at else "expired" if ended else "active"
    return {
        "token": token,
        "state": state,
        "ended": ended,
        "everything": everything,
        "may": [str(SCOPE_NAMES.get(scope, scope)) for scope in token.scopes],
        "forgotten": not ended and now - (token.last_used_at or token.made_at) > FORGOTTEN,
    }


def _list(request: Request, **context: Any) -> HttpResponse:
    now = datetime.now(UTC)
    rows = [_row(token, now) for token in ApiToken.objects.select_related("made_by")[:200]]
    rows.sort(key=lambda row: bool(row["ended"]))
    api_url = request.build_absolute_uri("/api/v1/")
    return page(
        request, "dashboard/tokens/list.html", **_settings(request, rows=rows, api_url=api_url, **context)
    )


@operator(Action.CHANGE_TOKENS)
@require_safe
def list_tokens(request: Request) -> HttpResponse:
    return _list(request)


@operator(Action.CHANGE_TOKENS)
@either
def new(request: Request) -> HttpResponse:
    form = NewToken(request.POST or None)
    template = "dashboard/tokens/new.html"
    if request.method != "POST":
        return page(request, template, form=form, **_settings(request))
    if not form.is_valid():
        return refused(request, template, form=form, **_settings(request))
    now = datetime.now(UTC)
    try:
        token, secret = tokens.mint(
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=form.expires_at(now),
            by=actor(request),
            now=now,
        )
    except Refusal as refusal:
        return refused(request, template, form=form, refusal=refusal, **_settings(request))
    return _list(request, made=token, secret=secret)


@operator(Action.CHANGE_TOKENS)
@either
def revoke(request: Request, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk)
    if request.method != "POST":
        return confirm(
            request,
            title=_("Revoke the token “%(name)s”?") % {"name": token.name},
            text=_("Whatever uses it gets 401 from the next request on. This cannot be undone."),
            action=reverse("token-revoke", args=[pk]),
            verb=_("Revoke"),
            cancel_url=reverse("tokens"),
            nav_key="settings",
        )
    tokens.revoke(token, by=actor(request), now=datetime.now(UTC))
    return done(request, reverse("tokens"), _("The token is revoked."))
