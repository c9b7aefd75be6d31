"""A voucher's QR code: it opens the portal without a router, so the code is kept until the router sends the phone here."""

from django.http import HttpRequest, HttpResponse

from kmikro.lib import codes
from portal import answers
from routers.models import Router

COOKIE, KEPT = "voucher", 1800  # seconds
PATH = "/portal/"
LONGEST = 40
MOST = 6  # login addresses that are offered


def page(request: HttpRequest, typed: str) -> HttpResponse:
    """Join the Wi-Fi, then one tap: the router's own login address brings the phone back with all that it needs."""
    response = answers.answer(request, "scan", None, code=codes.shown(typed), logins=_logins())
    response.set_cookie(
        COOKIE, typed, max_age=KEPT, path=PATH, secure=request.is_secure(), httponly=True, samesite="Lax"
    )
    return response


def read(request: HttpRequest) -> str:
    """The code of the query, as a QR code holds it; '' for what is none."""
    return _code(request.GET.get("v", ""))


def kept(request: HttpRequest) -> str:
    """The code that was scanned a moment ago."""
    return _code(request.COOKIES.get(COOKIE, ""))


def _code(typed: str) -> str:
    code = codes.normalise(typed[:LONGEST])
    return code if code.isascii() and code.isalnum() else ""


def _logins() -> list[str]:
    """Where hotspots of the ISP let people in. Most have one address for all."""
    ready = Router.objects.filter(state=Router.State.READY, leaving_at=None).exclude(login_url="")
    return list(ready.order_by("login_url").values_list("login_url", flat=True).distinct()[:MOST])
