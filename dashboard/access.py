"""Who may open a view: every view of this door declares it with one of these decorators."""

import ipaddress
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from accounts import journal
from accounts.journal import Actor, person
from accounts.models import User
from accounts.roles import Action
from dashboard.page import page, wants_part
from tenants.models import Isp

View = Callable[..., HttpResponse]
SIGN_IN = "/account/sign-in/"
STAFF_SIGN_IN = "/staff/sign-in/"


class Request(HttpRequest):
    """A request behind @operator or @signed_in on a tenant's host, for annotations only."""

    user: User
    isp: Isp
    id: str
    client_address: str
    htmx: HtmxDetails


def open_to_all(view: View) -> View:
    """Declare that a view needs no sign-in."""

    @wraps(view)
    def opened(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    opened.access = "all"  # type: ignore[attr-defined]
    return opened


def signed_in(view: View) -> View:
    """Declare that any operator of this ISP may open the view."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_operator(request):
            return to_sign_in(request)
        return view(request, *args, **kwargs)

    checked.access = "signed-in"  # type: ignore[attr-defined]
    return checked


def operator(action: Action) -> Callable[[View], View]:
    """Declare that a view needs an operator whose role includes the action; others see why not (403)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not is_operator(request):
                return to_sign_in(request)
            if not may(request, action):
                _note_refusal(request, action)
                return no_permission(request)
            return view(request, *args, **kwargs)

        checked.access = action  # type: ignore[attr-defined]
        return checked

    return decorate


def _note_refusal(request: HttpRequest, action: Action) -> None:
    """A person tried what their role does not include: the owner can read that in the journal."""
    match, user = request.resolver_match, _user(request)
    if user is not None:
        facts = {"action": str(action), "route": match.route if match else "", "method": request.method}
        journal.record(actor(request), "person.refused", user, now=datetime.now(UTC), **facts)


def staff(view: View) -> View:
    """Declare that a view on the public host needs platform staff."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not is_staff(request):
            return to_sign_in(request, STAFF_SIGN_IN)
        return view(request, *args, **kwargs)

    checked.access = "staff"  # type: ignore[attr-defined]
    return checked


def _user(request: HttpRequest) -> User | None:
    user: Any = getattr(request, "user", None)
    return user if isinstance(user, User) and user.is_active else None


def is_operator(request: HttpRequest) -> bool:
    user = _user(request)
    return user is not None and getattr(request, "isp", None) is not None and user.kind == User.Kind.OPERATOR


def is_staff(request: HttpRequest) -> bool:
    user = _user(request)
    return user is not None and getattr(request, "isp", None) is None and user.kind == User.Kind.STAFF


def may(request: HttpRequest, action: Action) -> bool:
    """Whether the signed-in operator's role, as it is in the database now, includes the action."""
    user = _user(request)
    return user is not None and is_operator(request) and user.may(action)


def address(request: HttpRequest) -> str | None:
    """The client's address, or None when the server does not know one (a unix socket)."""
    text = str(getattr(request, "client_address", ""))
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def actor(request: HttpRequest) -> Actor:
    """Who acts, for the journal and for verbs."""
    user = _user(request)
    if user is None:
        return Actor(None, "Visitor", address(request))
    return person(user, address(request))


def no_permission(request: HttpRequest, *, title: str = "", text: str = "") -> HttpResponse:
    """403 that says which role is signed in and who can change that."""
    return page(request, "dashboard/no_permission.html", "body", 403, title=title, text=text)


def local_path(request: HttpRequest, wanted: str, default: str = "/") -> str:
    """`wanted` when it is a path on this host, else default: no redirect ever leaves (//evil.com)."""
    fine = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if fine and wanted.isprintable() else default


def to_sign_in(request: HttpRequest, where: str = SIGN_IN) -> HttpResponse:
    """Send to the sign-in page and come back after it; a fragment makes the whole page go there."""
    back = request.get_full_path() if request.method == "GET" else ""
    if wants_part(request):
        current = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = current.path + (f"?{current.query}" if current.query else "")
    back = local_path(request, back, "")
    url = f"{where}?{urlencode({'next': back})}" if back and back != "/" else where
    if wants_part(request):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = url
        return response
    return HttpResponseRedirect(url)
