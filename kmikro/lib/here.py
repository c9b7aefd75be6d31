"""Where this work is done, and that nobody else does it there meanwhile."""

from typing import Any, cast

from django.db import connection


def schema() -> str:
    """The schema whose rows the connection reaches now: an ISP's, or public."""
    return str(cast(Any, connection).schema_name)  # django-tenants' connection has it


def alone(what: str) -> None:
    """Whoever asks for the same here in the same moment waits until this transaction has ended, and then sees what it did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{schema()} {what}"])
