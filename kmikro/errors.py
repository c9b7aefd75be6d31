"""Error pages: static templates in the look of the product, JSON for the API; none of them asks the database."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

# As api.errors says it; that door is not there for addresses that lead nowhere and for bugs.
_PROBLEMS = {
    400: ("bad_request", "The request could not be read."),
    403: ("forbidden", "This is not allowed."),
    404: ("not_found", "There is nothing here with this address."),
    500: ("server_error", "This is our fault; nothing was changed. Tell us the X-Request-Id of this answer."),
}


def _answer(request: HttpRequest, status: int, template: str = "") -> HttpResponse:
    if request.path.startswith("/api/"):
        code, detail = _PROBLEMS[status]
        title = HTTPStatus(status).phrase
        body = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail}
        return JsonResponse(body, status=status, content_type="application/problem+json")
    page = render_to_string(
        template or f"errors/{status}.html",
        {"request_id": getattr(request, "id", ""), "theme": request.COOKIES.get("theme", "")},
    )
    return HttpResponse(page, status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _answer(request, 400)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _answer(request, 403)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _answer(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    return _answer(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(request, 403, "errors/403_csrf.html")
