"""Where this work is done."""

from typing import Any, cast

from django.db import connection


def schema() -> str:
    """The schema whose rows the connection reaches now: an ISP's, or public."""
    return str(cast(Any, connection).schema_name)  # django-tenants' connection has it
