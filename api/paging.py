"""Pages by cursor: newest first, nothing is skipped or repeated while rows are added."""

import base64
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

DEFAULT, MOST = 25, 100
STATEMENT = "5s"
LARGEST_ID = 2**63 - 1
M = TypeVar("M", bound=Model)
T = TypeVar("T")


def cursor_of(number: int) -> str:
    """An opaque mark of the row after which a page begins."""
    return base64.urlsafe_b64encode(b"<%d" % number).decode().rstrip("=")


def number_of(cursor: str) -> int:
    """The row's number; raises ValidationError for what was not made by cursor_of."""
    try:
        number = int(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)[1:])
    except ValueError:
        number = -1
    if not 0 < number <= LARGEST_ID or cursor_of(number) != cursor:
        raise ValidationError({"cursor": ["Take next_cursor of the page before."]})
    return number


class CursorPages(BasePagination):
    """`?limit=` up to 100 and `?cursor=`; the answer has `results` and `next_cursor` (null at the end)."""

    def __init__(self) -> None:
        self.next_cursor: str | None = None

    def cut(self, found: Sequence[T], limit: int, number: Callable[[T], int]) -> list[T]:
        """The first `limit` of one more than `limit` rows."""
        rows = list(found[:limit])
        self.next_cursor = cursor_of(number(rows[-1])) if len(found) > limit else None
        return rows

    def of_rows(self, rows: "QuerySet[M]", *, cursor: str | None, limit: int) -> list[M]:
        """A page of a table by its id."""
        with connection.cursor() as sql:
            sql.execute(f"SET LOCAL statement_timeout = '{STATEMENT}'")
        if cursor is not None:
            rows = rows.filter(pk__lt=number_of(cursor))
        return self.cut(list(rows.order_by("-pk")[: limit + 1]), limit, lambda row: int(row.pk))

    def of_list(
        self, items: Iterable[T], *, cursor: str | None, limit: int, number: Callable[[T], int]
    ) -> list[T]:
        """A page of what is in memory, newest first, by a number that falls."""
        before = LARGEST_ID if cursor is None else number_of(cursor)
        return self.cut([item for item in items if number(item) < before][: limit + 1], limit, number)

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next_cursor": self.next_cursor})

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return []  # the views' queries name cursor and limit

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next_cursor"],
            "properties": {
                "results": {"type": "array", "items": schema["items"], "maxItems": MOST},
                "next_cursor": {
                    "type": ["string", "null"],
                    "description": "Send it as `cursor` to get the next page; null on the last one.",
                },
            },
        }
