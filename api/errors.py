"""Every 'no' of this door as problem+json (RFC 9457), the same for what is unknown and what is a neighbour's."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.limits import TooMany
from kmikro.lib.refusal import Refusal

MEDIA_TYPE = "application/problem+json"
CANCELLED = "57014"  # SQLSTATE query_canceled: the statement's time was over


def problem(status: int, code: str, detail: str, **more: Any) -> Response:
    """code is stable for machines; detail tells a person what to do."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return Response(body, status=status, content_type=MEDIA_TYPE)


def of_refusal(refusal: Refusal) -> Response:
    """429 for limits, 422 when a field of the body is to be changed, else 409."""
    if isinstance(refusal, TooMany):
        response = problem(429, refusal.code, refusal.text)
        response["Retry-After"] = str(refusal.retry_after)
        return response
    if refusal.field:
        return problem(422, refusal.code, refusal.text, field=refusal.field)
    return problem(409, refusal.code, refusal.text)


def _faults(detail: Any, path: str = "") -> list[dict[str, str]]:
    """DRF's tree of validation errors as a flat list."""
    if isinstance(detail, dict):
        return [
            fault for name, part in detail.items() for fault in _faults(part, f"{path}.{name}".strip("."))
        ]
    if isinstance(detail, list):
        return [fault for part in detail for fault in _faults(part, path)]
    field = path.removesuffix("non_field_errors").rstrip(".")
    return [{"field": field, "code": str(getattr(detail, "code", "invalid")), "detail": str(detail)}]


def _of_rest(error: exceptions.APIException) -> Response:
    if isinstance(error, exceptions.ValidationError):
        return problem(400, "invalid", "The request has mistakes; see errors.", errors=_faults(error.detail))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        text = "Send a valid token of this ISP: Authorization: Bearer kmk_…"
        response = problem(401, "unauthorized", text)
        response["WWW-Authenticate"] = str(getattr(error, "auth_header", "Bearer"))
        return response
    if isinstance(error, exceptions.NotFound):
        return problem(404, "not_found", "There is nothing here with this address.")
    response = problem(error.status_code, str(getattr(error.detail, "code", "error")), str(error.detail))
    if isinstance(error, exceptions.PermissionDenied):
        response["WWW-Authenticate"] = 'Bearer error="insufficient_scope"'
    return response


def handler(error: Exception, _context: dict[str, Any]) -> Response | None:
    """The answer to what a view raised; None lets a bug travel up to a 500."""
    match error:
        case Refusal():
            return of_refusal(error)
        case Http404():
            return _of_rest(exceptions.NotFound())
        case PermissionDenied():
            return _of_rest(exceptions.PermissionDenied())
        case exceptions.APIException():
            return _of_rest(error)
        case RequestDataTooBig():
            return problem(400, "body_too_large", "The body is larger than 1 MB.")
        case SuspiciousOperation() | UnreadablePostError():
            return problem(400, "bad_request", "The request could not be read.")
        case OperationalError() if getattr(error.__cause__, "pgcode", "") == CANCELLED:
            return problem(503, "too_slow", "This took too long. Ask for less.")
    return None
