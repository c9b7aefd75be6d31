"""Error pages: static templates in the look of the product, JSON for the API; none of them asks the database."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string


def _answer(request: HttpRequest, status: int, title: str, template: str = "") -> HttpResponse:
    if request.path.startswith("/api/"):
        body = {
            "type": "about:blank",
            "title": title,
            "status": status,
            "request_id": getattr(request, "id", ""),
        }
        return JsonResponse(body, status=status, content_type="application/problem+json")
    page = render_to_string(
        template or f"errors/{status}.html",
        {"request_id": getattr(request, "id", ""), "theme": request.COOKIES.get("theme", "")},
    )
    return HttpResponse(page, status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _answer(request, 400, "Bad request")


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _answer(request, 403, "Not allowed")


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _answer(request, 404, "Not found")


def broken(request: HttpRequest) -> HttpResponse:
    return _answer(request, 500, "Server error")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(request, 403, "Form expired", "errors/403_csrf.html")
