"""HTTP's door into tenants: the exact host decides, and the whole request is one unit of work."""

from collections.abc import Callable

import structlog
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.http.request import split_domain_port
from django.template.loader import render_to_string

from tenants import scope
from tenants.models import Domain, Isp

Respond = Callable[[HttpRequest], HttpResponse]
WITHOUT_DATABASE = ("/healthz", "/static/")


def _database_away(request: HttpRequest) -> HttpResponse:
    """503 with a time to come back, without asking the database for anything."""
    response = HttpResponse(render_to_string("errors/503.html"), status=503)
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "title": "Service Unavailable", "status": 503, "code": "database_away"}
        body["detail"] = "The database does not answer. Try again in a moment."
        response = JsonResponse(body, status=503, content_type="application/problem+json")
    response["Retry-After"] = "10"
    return response


class ResolveTenant:
    """Sets request.isp (None on the public host) and the URL configuration; an unknown host is 404."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.isp = None  # type: ignore[attr-defined]
        request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
        if request.path.startswith(WITHOUT_DATABASE):
            return self.get_response(request)
        try:
            host, _port = split_domain_port(request.get_host())
        except DisallowedHost:
            return HttpResponseBadRequest("This host name is not valid.", content_type="text/plain")
        if host != settings.BASE_DOMAIN:
            try:
                domain = Domain.objects.select_related("tenant").filter(domain=host).first()
            except OperationalError:
                return _database_away(request)
            if domain is None or domain.tenant.state != Isp.State.ACTIVE:
                if request.path in {"/healthz", "/readyz"}:
                    return self.get_response(request)
                return HttpResponse(render_to_string("errors/404.html"), status=404)
            request.isp = domain.tenant  # type: ignore[attr-defined]
            request.urlconf = settings.ROOT_URLCONF
            structlog.contextvars.bind_contextvars(tenant=domain.tenant.schema_name)
        return self.get_response(request)


class EnterTenant:
    """One transaction for the rest of the request; an answer of 500 or more undoes it."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        isp: Isp | None = getattr(request, "isp", None)
        if request.path.startswith((*WITHOUT_DATABASE, "/readyz")):
            return self.get_response(request)
        try:
            connection.ensure_connection()
        except OperationalError:
            return _database_away(request)
        if isp is None:
            with transaction.atomic():
                return self._answer(request)
        with scope.inside(isp.schema_name):
            return self._answer(request)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code >= 500:
            transaction.set_rollback(True)
        return response
