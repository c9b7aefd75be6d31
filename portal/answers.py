"""The pages of the portal: one file each, whose policy names the router only where a form posts to it."""

from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from csp.constants import NONCE
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.limits import TooMany
from kmikro.templatetags.kmikro_ui import money
from portal import entry
from portal import visit as visits
from routers.models import Router
from subscribers import offers
from subscribers.models import Service
from subscribers.queries import plans

SHOWN_PLANS = 6


def answer(
    request: HttpRequest,
    template: str,
    router: Router | None,
    *,
    status: int = 200,
    posts_to: str = "",
    **more: Any,
) -> HttpResponse:
    """A page; `posts_to` is the router's login address where the page has a form for it."""
    isp: Any = request.isp  # type: ignore[attr-defined]
    timezone.activate(ZoneInfo(isp.time_zone))
    context = {"isp_name": isp.name, "place": router.site.name if router else "", **more}
    response = HttpResponse(render_to_string(f"portal/{template}.html", context, request), status=status)
    policy: dict[str, list[Any]] = {"style-src": [NONCE], "script-src": [NONCE]}
    if posts_to:
        parts = urlsplit(posts_to)
        policy["form-action"] = [f"{parts.scheme}://{parts.netloc}"]
    response._csp_update = policy  # type: ignore[attr-defined]
    return response


def lost(request: HttpRequest, router: Router | None, text: str, status: int = 400) -> HttpResponse:
    """A page that does not know its phone or router any more."""
    return answer(
        request,
        "error",
        router,
        status=status,
        title="Join the Wi-Fi first" if router is None else "This page lost its router",
        text=f"{text} Close this page, open any web page on the Wi-Fi and you are brought back here.",
        request_id=getattr(request, "id", ""),
    )


def voucher(
    request: HttpRequest, router: Router, visit: visits.Visit, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page that asks for a code."""
    shown = [
        {"name": plan.name, "text": offers.words(plan), "price": money(plan.price_minor, plan.currency)}
        for plan in plans()[:SHOWN_PLANS]
    ]
    where = [router.public_id]
    return answer(
        request, "voucher", router, status=status, action=reverse("portal-enter", args=where),
        hidden=[("visit", visits.seal(visit))], plans=shown, device_action=reverse("portal-device", args=where), **more,
    )  # fmt: skip


def too_many(
    request: HttpRequest, router: Router, visit: visits.Visit, typed: str, many: TooMany
) -> HttpResponse:
    """After too many tries: the code stays in its field."""
    error = {"title": many.text, "text": "Your code is not lost."}
    response = voucher(request, router, visit, status=429, code=typed, error=error)
    response["Retry-After"] = str(many.retry_after)
    return response


def let_in(
    request: HttpRequest, router: Router, visit: visits.Visit, service: Service, typed: str
) -> HttpResponse:
    """The form with which the phone logs in at its router."""
    login = entry.login(visit, typed)
    return answer(
        request,
        "login_form",
        router,
        posts_to=visit.login_url,
        action=visit.login_url,
        username=login.username,
        password=login.password,
        hidden=[("dst", visit.orig)] if visit.orig else [],
        plan=service.plan.name,
    )
