"""What all views of the API do: who, how often, which query, which body; then one verb and one answer."""

from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from rest_framework.exceptions import APIException, NotFound, UnsupportedMediaType, ValidationError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from accounts import limits
from accounts.roles import Action
from api.fields import Query, Strict
from api.paging import CursorPages

RATE = "100 per minute"  # per token
READING = {"GET", "HEAD", "OPTIONS"}
WITH_BODY = {"POST", "PATCH", "PUT"}


class Suspended(APIException):
    """The platform has suspended the ISP: its programs may read and change nothing, as its people."""

    status_code = 403
    default_code = "isp_suspended"
    default_detail = "The platform has suspended this workspace. Everything can be read, nothing changed."


class AlwaysJson(BaseContentNegotiation):
    """JSON is all there is, whatever Accept says."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class View(APIView):
    """A noun of the API: by method the scope (None: any token) and what is taken in the query."""

    scopes: ClassVar[dict[str, Action | None]] = {}
    takes: ClassVar[dict[str, type[Query]]] = {}
    pagination_class: ClassVar[type[CursorPages] | None] = None
    content_negotiation_class = AlwaysJson
    http_method_names = ["get", "head", "post", "patch", "delete"]
    asked: dict[str, Any]

    @classmethod
    def offers(cls, method: str) -> bool:
        """Whether the view has this method; HEAD is a GET without its body."""
        name = "get" if method == "HEAD" else method.lower()
        return name in cls.http_method_names and hasattr(cls, name)

    def perform_authentication(self, request: Request) -> None:
        super().perform_authentication(request)
        if request.auth is not None:
            limits.hit("api", request.auth.pk, rule=RATE)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.offers(str(request.method)):
            return  # 405 follows
        if request.method in WITH_BODY and request.content_type:
            kind = request.content_type.partition(";")[0].strip().lower()
            if kind != "application/json":
                raise UnsupportedMediaType(kind)
        isp = getattr(request, "isp", None)
        if isp is not None and isp.suspended_at is not None and request.method not in READING:
            raise Suspended
        method = "GET" if request.method == "HEAD" else str(request.method)
        self.asked = self._query(request, self.takes.get(method, Query))

    def _query(self, request: Request, kind: type[Query]) -> dict[str, Any]:
        repeated = [name for name, values in request.query_params.lists() if len(values) > 1]
        if repeated:
            raise ValidationError({repeated[0]: ["This is given more than once."]})
        query = kind(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        return dict(query.validated_data)

    def body(self, request: Request, kind: type[Strict], *, partial: bool = False) -> dict[str, Any]:
        """The checked body."""
        read = kind(data=request.data, partial=partial)
        read.is_valid(raise_exception=True)
        return dict(read.validated_data)

    def page(self, rows: "QuerySet[Any]", kind: type[BaseSerializer[Any]], **context: Any) -> Response:
        """One page of rows, newest first."""
        pages = CursorPages()
        found = pages.of_rows(rows, cursor=self.asked.get("cursor"), limit=self.asked["limit"])
        return pages.get_paginated_response(kind(found, many=True, context=context).data)


def one(rows: "QuerySet[Any]", pk: int) -> Any:
    """The row, or the 404 that is the same for what is unknown and what is a neighbour's."""
    found = rows.filter(pk=pk).first()
    if not isinstance(found, Model):
        raise NotFound
    return found


class Unknown(APIView):
    """What is under /api/ and is nothing."""

    authentication_classes = ()
    permission_classes = ()
    content_negotiation_class = AlwaysJson
    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise NotFound
