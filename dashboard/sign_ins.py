"""A router's RADIUS sign-in settings: what asks, by MAC, old methods, PPPoE, TLS."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Action
from dashboard import access
from dashboard.access import Request, operator
from dashboard.enrolments import router_or_404
from dashboard.forms_sign_in import SERVICE_NAMES, SignInForm
from dashboard.page import done, page, refused
from kmikro.lib.refusal import Refusal
from routers import sign_in
from routers.models import Router
from routers.tasks import sync
from tenants import wifi

FORM = "dashboard/routers/sign_in.html"


def facts_of(router: Router) -> list[dict[str, Any]]:
    """The settings in words, for the router's page."""
    mac = "Off"
    if router.mac_login:
        mac = "Listed devices, with a password" if router.mac_auth_password else "Listed devices"
    lines: list[dict[str, Any]] = [
        {
            "label": "Asks RADIUS for",
            "text": ", ".join(SERVICE_NAMES.get(word, word) for word in router.services),
        },
        {"label": "By MAC", "text": mac},
    ]
    if router.pppoe_interface:
        lines.append({"label": "PPPoE server", "text": f"{router.pppoe_interface}, {router.pppoe_network}"})
    if router.allow_eap:
        lines.append({"label": "802.1X", "text": "EAP-TTLS and PEAP"})
    if router.admit_unknown:
        lines.append({"label": "Unknown users", "text": "Into the walled garden, where one is given"})
    if router.allow_mschap1:
        lines.append({"label": "MS-CHAPv1", "text": "Allowed, though it is broken", "warn": True})
    return lines


def _initial(router: Router) -> dict[str, Any]:
    return {
        "services": router.services,
        "mac_login": router.mac_login,
        "allow_mschap1": router.allow_mschap1,
        "allow_eap": router.allow_eap,
        "admit_unknown": router.admit_unknown,
        "pppoe_interface": router.pppoe_interface,
        "pppoe_network": router.pppoe_network,
        "wants_radsec": router.wants_radsec,
    }


@operator(Action.CHANGE_ROUTERS)
@require_http_methods(["GET", "POST"])
def change(request: Request, pk: int) -> HttpResponse:
    shown = router_or_404(pk)
    context: dict[str, Any] = {"nav_key": "routers", "router": shown, "wifi_name": wifi.name()}
    kept = {"has_password": bool(shown.mac_auth_password), "radsec": settings.RADSEC}
    if request.method == "GET":
        return page(request, FORM, form=SignInForm(initial=_initial(shown), **kept), **context)
    form = SignInForm(request.POST, **kept)
    if not form.is_valid():
        return refused(request, FORM, form=form, **context)
    wish = form.wish(keep_radsec=shown.wants_radsec)
    try:
        tell = sign_in.settle(shown, wish, by=access.actor(request), now=datetime.now(UTC))
    except Refusal as refusal:
        return refused(request, FORM, form=form, refusal=refusal, **context)
    if not tell:
        return done(
            request, reverse("router-enrol", args=[pk]), "Saved. The router gets it when it is set up."
        )
    sync.soon(pk, "Sign-in settings", True)  # a person took services away: their rows may go, however many
    return done(request, reverse("router", args=[pk]), "Saved. The router is being told.")


@operator(Action.SEE_ROUTERS)
@require_safe
def wifi_root(request: Request) -> HttpResponse:
    """The root that devices have to trust before they give our Wi-Fi a password."""
    answer = HttpResponse(wifi.root_pem(now=datetime.now(UTC)), content_type="application/x-pem-file")
    answer["Content-Disposition"] = 'attachment; filename="wifi-root.pem"'
    return answer
