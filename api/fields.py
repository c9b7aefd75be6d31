"""What bodies, queries and answers are made of; nothing is guessed: '5' is no number and unknown names are mistakes."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from api.paging import DEFAULT, MOST

LARGEST = 2**63 - 1


class Strict(serializers.Serializer[Any]):
    """A body or a query; names that it does not take are named in the error."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            taken = {name for name, field in self.fields.items() if not field.read_only}
            unknown = sorted(str(name)[:60] for name in data if name not in taken)
            if unknown:
                raise ValidationError(
                    {name: ["This is not taken here."] for name in unknown[:20]}, code="unknown_field"
                )
        return super().to_internal_value(data)


class Nothing(Strict):
    """No body, or an empty object."""


class Query(Strict):
    """Query parameters; views add theirs."""


class PageQuery(Query):
    """Query parameters of every list."""

    cursor = serializers.CharField(
        required=False, max_length=40, help_text="`next_cursor` of the page before."
    )
    limit = serializers.IntegerField(
        required=False, default=DEFAULT, min_value=1, max_value=MOST, help_text="Rows on a page."
    )


class Number(serializers.IntegerField):
    """A JSON integer that PostgreSQL can hold."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": LARGEST, **options})

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """true or false of JSON."""

    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return data


class Text(serializers.CharField):
    """A JSON string."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Id(serializers.IntegerField):
    """An id in a query."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"min_value": 1, "max_value": LARGEST, "required": False, **options})


class Moment(serializers.DateTimeField):
    """RFC 3339 in UTC, whatever zone a page of this process has shown before."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"default_timezone": UTC, **options})


class Named(serializers.Serializer[Any]):
    """A thing that is shown elsewhere in full."""

    id = serializers.IntegerField()
    name = serializers.CharField()
