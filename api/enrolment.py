"""The router's own calls while it enrols: it has a token, no session and no browser."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from accounts import limits
from accounts.limits import TooMany
from kmikro.lib.refusal import Refusal
from routers import addresses, enrolment, radsec, tunnels
from routers import preflight as checks
from routers.tasks import enrol, sync

PER_ADDRESS = "30 per minute"
View = Callable[..., HttpResponse]


def _said(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")


def _for_routers(view: View) -> View:
    """Count the calls of an address and answer refusals in plain text; the token is all that opens these."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            limits.hit("enrolment", limits.network(_address(request)), rule=PER_ADDRESS)
            return view(request, *args, **kwargs)
        except TooMany as refusal:
            response = _said(refusal.text, 429)
            response["Retry-After"] = str(refusal.retry_after)
            return response
        except Refusal as refusal:
            return _said(refusal.text, 404 if refusal.code == "spent" else 403)

    answered.access = "token"  # type: ignore[attr-defined]
    return csrf_exempt(answered)


def _address(request: HttpRequest) -> str:
    return str(getattr(request, "client_address", ""))


def _schema(request: HttpRequest) -> str:
    return str(request.isp.schema_name)  # type: ignore[attr-defined]


def _host(request: HttpRequest) -> str:
    return request.get_host().rpartition(":")[0] or request.get_host()


@require_GET
@_for_routers
def script(request: HttpRequest, token: str, check: bool = True, six: bool = False) -> HttpResponse:
    """The enrolment script; without check its own calls make not sure who answers, like the line that fetched it."""
    now = datetime.now(UTC)
    router = enrolment.find(token, schema=_schema(request), now=now)
    host, address = _host(request), _address(request)
    return _said(
        enrolment.fetch(
            router, token=token, host=host, address=address, now=now, check_certificate=check, six=six
        )
    )


@require_GET
@_for_routers
def certificate_script(request: HttpRequest, token: str) -> HttpResponse:
    """The script that brings a ready router another certificate."""
    router = enrolment.find(token, schema=_schema(request), now=datetime.now(UTC))
    return _said(radsec.command_of(router, addresses.enrolment_url(_host(request), token)))


@require_GET
@_for_routers
def certificate(request: HttpRequest, token: str) -> HttpResponse:
    """Certificate, key and root, once."""
    now = datetime.now(UTC)
    router = enrolment.find(token, schema=_schema(request), now=now)
    return _said(radsec.hand_out(router, address=_address(request), now=now))


@csrf_exempt
@require_POST
@_for_routers
def certificate_report(request: HttpRequest, token: str) -> HttpResponse:
    """A ready router has its new certificate; it is told to use it in the background."""
    now = datetime.now(UTC)
    router = enrolment.find(token, schema=_schema(request), now=now)
    facts = enrolment.read_report(request.read(enrolment.LARGEST_REPORT))
    radsec.renewed(router, facts.get("radsec", ""), now=now)
    sync.soon(router.pk, "A new certificate")
    return _said("ok\n")


@csrf_exempt
@require_POST
@_for_routers
def preflight(request: HttpRequest, token: str) -> HttpResponse:
    """What is on the router, before its script changes anything; the answer says whether it goes on."""
    router = enrolment.find(token, schema=_schema(request), now=datetime.now(UTC))
    return _said(enrolment.preflight(router, request.read(checks.LARGEST), address=_address(request)))


@require_GET
@_for_routers
def hub_certificate(request: HttpRequest, token: str) -> HttpResponse:
    """What a router that comes by SSTP knows our hub by."""
    now = datetime.now(UTC)
    router = enrolment.find(token, schema=_schema(request), now=now)
    return _said(tunnels.certificate(router, caller=_address(request), now=now))


@csrf_exempt
@require_POST
@_for_routers
def tunnel(request: HttpRequest, token: str) -> HttpResponse:
    """The public key of the router's end of its tunnel; the hub lets it in a moment later."""
    now = datetime.now(UTC)
    router = enrolment.find(token, schema=_schema(request), now=now)
    facts = enrolment.read_report(request.read(enrolment.LARGEST_REPORT))
    tunnels.take_key(router, facts, caller=_address(request), now=now)
    return _said("ok\n")


@csrf_exempt
@require_POST
@_for_routers
def report(request: HttpRequest, token: str) -> HttpResponse:
    """What the router says of itself; the work goes on in the background."""
    now = datetime.now(UTC)
    router = enrolment.find(token, schema=_schema(request), now=now)
    facts = enrolment.read_report(request.read(enrolment.LARGEST_REPORT))
    if enrolment.report(router, facts, address=_address(request), now=now):
        enrol.soon(router.pk)
    return _said("ok\n")
