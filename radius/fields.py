"""Columns of a kind of their own."""

from __future__ import annotations

import json
from typing import Any

from django.db import models


class JsonText(models.TextField):  # type: ignore[type-arg]
    """JSON that is only ever read as a whole: kept as the text it was written as, which spares the database to parse it."""

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        return None if value is None else json.loads(value)

    def to_python(self, value: Any) -> Any:
        return value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        return json.dumps(value, separators=(",", ":"))
