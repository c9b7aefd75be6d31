"""First and last of every request: an id, the log line, and the client's address."""

import secrets
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

log = structlog.get_logger("kmikro.request")


def client_address(request: HttpRequest) -> str:
    """The peer's address; X-Forwarded-For counts only when it was set by our own proxy."""
    if settings.TRUST_PROXY:
        forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rsplit(",", 1)[-1].strip()
        if forwarded:
            return forwarded
    return str(request.META.get("REMOTE_ADDR", ""))


class RequestContext:
    """Gives request.id and request.client_address, and writes one access line without query or body."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = secrets.token_hex(8)  # type: ignore[attr-defined]
        request.client_address = client_address(request)  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request.id)  # type: ignore[attr-defined]
        started = time.monotonic()
        response = self.get_response(request)
        response["X-Request-Id"] = request.id  # type: ignore[attr-defined]
        response.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
            match = request.resolver_match
            log.info(
                "request",
                method=request.method,
                # The route, not the path: paths may hold one-time tokens.
                route=match.route if match else "-",
                status=response.status_code,
                ms=round((time.monotonic() - started) * 1000, 1),
            )
        return response
