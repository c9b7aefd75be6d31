"""Many services at once: made by COPY, sealed and filed as the product does."""

import io
from datetime import UTC, datetime
from typing import NamedTuple

from django.db import connection

from kmikro.lib import codes
from kmikro.lib.secrets import purpose_key
from subscribers.models import Service
from tenants import scope

_AT_ONCE = 50_000
_COLUMNS = "kind, label, lookup, secret, plan_id, status, access, made_at, first_used_at, upload_bytes, download_bytes, seconds_used"


class Person(NamedTuple):
    """Who signs in, and with what."""

    name: bytes
    password: bytes


def add(schema: str, plan_id: int, count: int, kind: str, start: int = 0) -> list[Person]:
    """Services of one kind ('voucher' or 'account'), all in use; answers their names and passwords."""
    key, now = purpose_key("service lookup"), datetime.now(UTC).isoformat()
    secret, people = Service._meta.get_field("secret"), list[Person]()
    with scope.inside(schema), connection.cursor() as cursor:
        for first in range(start, start + count, _AT_ONCE):
            rows = io.StringIO()
            for number in range(first, min(first + _AT_ONCE, start + count)):
                if kind == "voucher":
                    name = password = codes.mint()
                    label, sealed = f"2-{number:07d}", ""
                else:
                    name = label = f"user{number:07d}@isp"
                    password = f"pw{number * 7919 % 10**10:010d}"
                lookup = codes.lookup_digest(key, schema, name)
                if kind == "account":
                    sealed = secret.sealed(password, f"subscribers.service|secret|{lookup}")
                rows.write(
                    f"{kind}\t{label}\t{lookup}\t{sealed}\t{plan_id}\tactive\tany\t{now}\t{now}\t0\t0\t0\n"
                )
                people.append(Person(name.encode(), password.encode()))
            rows.seek(0)
            cursor.copy_expert(f"COPY subscribers_service ({_COLUMNS}) FROM STDIN", rows)
    return people


def analyze() -> None:
    """Let PostgreSQL know what it holds now; once, after all were added."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
