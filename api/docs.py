"""The description of this API for machines and for people, from this host alone."""

from typing import Any

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import APIView


class _ProblemsInJson(APIView):
    def handle_exception(self, exc: Exception) -> Response:
        response = super().handle_exception(exc)
        self.request.accepted_renderer = JSONRenderer()
        return response


class Schema(_ProblemsInJson, SpectacularAPIView):
    """OpenAPI 3.1: YAML, or JSON for who accepts application/json."""

    schema: Any = None


class Docs(_ProblemsInJson, SpectacularSwaggerSplitView):
    """Swagger UI under the policy of every other page: no inline script or style, nothing from elsewhere."""

    schema: Any = None
    url_name = "api-schema"
    template_name = "api/docs.html"
