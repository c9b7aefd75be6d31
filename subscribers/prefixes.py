"""The column of an IPv6 prefix: PostgreSQL's own type, which refuses a length over 128 and bits after it."""

from __future__ import annotations

from typing import Any

from django.db import models

from kmikro.lib import prefixes


class PrefixField(models.Field):  # type: ignore[type-arg]
    """Text in Python. Raises Refusal when something else than a prefix is saved."""

    description = "IPv6 prefix"

    def db_type(self, connection: Any) -> str:
        return "cidr"

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return None if value is None else prefixes.normalise(str(value))
