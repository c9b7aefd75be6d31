"""The dashboard's doorkeeper: sessions that were ended elsewhere or grew old are ended, undeclared views stay shut."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, cast

import structlog
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Action
from dashboard import access, lasting
from dashboard.page import wants_part

log = structlog.get_logger("dashboard.access")
EPOCH = "epoch"  # in the session: the user's session_epoch at sign-in
ACCOUNT = "/account/"
READING = {"GET", "HEAD", "OPTIONS"}
# Other doors have their own guards; legal pages are open to everybody.
OTHER_DOORS = ("/api/", "/e/", "/portal/", "/legal/", "/healthz", "/readyz", "/static/")


class SignedIn:
    """Deny by default: a view that declares nothing is refused, any other one decides by its declaration."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if hasattr(request, "user"):
            before = request.user
            request.user = cast(Any, SimpleLazyObject(lambda: _still_signed_in(request, before)))
        isp = getattr(request, "isp", None)
        # Every time on a page is the ISP's own wall clock.
        with timezone.override(isp.time_zone if isp else None):
            return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        if request.path.startswith(OTHER_DOORS):
            return None
        if self._must_accept_terms(request):
            return HttpResponseRedirect(reverse("terms-gate"))
        if self._only_reads(request):
            title = _("This workspace is suspended")
            text = _("Nothing can be changed until the platform lifts it; everything can be read.")
            return access.no_permission(request, title=title, text=text)
        if hasattr(view, "access"):
            return None
        if not (access.is_operator(request) or access.is_staff(request)):
            return access.to_sign_in(request)
        log.error("undeclared-view", view=f"{view.__module__}.{getattr(view, '__name__', '?')}")
        return access.no_permission(request)

    def _only_reads(self, request: HttpRequest) -> bool:
        """The platform has suspended the ISP and somebody wants to change something, other than their own sign-in."""
        isp = getattr(request, "isp", None)
        if isp is None or isp.suspended_at is None or request.method in READING:
            return False
        return access.is_operator(request) and not request.path.startswith(ACCOUNT)

    def _must_accept_terms(self, request: HttpRequest) -> bool:
        """Newer Terms are in force and the owner has not accepted them; only the owner is stopped."""
        gate = getattr(request, "terms_gate", None)
        if gate is None or not gate.closed or request.path.startswith(ACCOUNT):
            return False
        return access.may(request, Action.ACCEPT_TERMS)


def _still_signed_in(request: HttpRequest, user: Any) -> User | AnonymousUser:
    """The session's person, unless they were signed out everywhere, deactivated or belong to the other side."""
    if not user.is_authenticated:
        return AnonymousUser()
    kind = User.Kind.STAFF if getattr(request, "isp", None) is None else User.Kind.OPERATOR
    if user.kind != kind or not user.is_active or request.session.get(EPOCH) != user.session_epoch:
        request.session.flush()  # not logout(): it asks for request.user, which is being found right here
        return AnonymousUser()
    now = int(datetime.now(UTC).timestamp())
    if lasting.is_over(request.session, user, now):
        request.session.flush()
        messages.info(request, _("Your session has ended. Sign in again."), fail_silently=True)
        return AnonymousUser()
    lasting.note(request.session, now, active=not _asked_by_itself(request))
    return cast(User, user)


def _asked_by_itself(request: HttpRequest) -> bool:
    """A fragment that is only read: pages ask for those again and again while nobody sits there."""
    return request.method == "GET" and wants_part(request)
