"""Says on each page of an ISP whether newer Terms wait for it; it never stands before RADIUS, portal or payments."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse

from legal import consent
from tenants.models import Isp

NEVER_GATED = ("/portal/", "/e/", "/legal/", "/static/", "/healthz", "/readyz", "/api/")


class TermsGate:
    """Sets request.terms_gate (legal.consent.Gate or None) before the tenant is entered: documents live in public."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        isp: Isp | None = getattr(request, "isp", None)
        waits = None
        if isp is not None and not request.path.startswith(NEVER_GATED):
            waits = consent.gate(isp, now=datetime.now(UTC))
        request.terms_gate = waits  # type: ignore[attr-defined]
        return self.get_response(request)
