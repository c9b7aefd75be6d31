"""What is watched while a request runs, and the fingerprint of everything an ISP has."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from psycopg2.extensions import TRANSACTION_STATUS_INERROR

from tenants import scope
from tests.isolation.world import Side

BOOKKEEPING = re.compile(r"\s*(SET |SAVEPOINT |RELEASE |ROLLBACK |BEGIN|COMMIT)", re.IGNORECASE)
WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|TRUNCATE|COPY)\b", re.IGNORECASE)
ROUTES = {
    "tenants_isp": "schema_name",
    "tenants_nasroute": "schema",
    "tenants_enrolmentroute": "schema",
    "tenants_radsecclient": "schema",
}


class Watch:
    """Every statement of a request: it must run as the database role and on the path of its scope, nobody else's."""

    def __init__(self, mine: Side | None, foreign: list[Side]) -> None:
        self.allowed = {None, mine.isp.schema_name} if mine else {None}
        self.foreign = [side.isp.schema_name for side in foreign]
        self.wrote = False
        self.problems: list[str] = []

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        text = str(sql)
        if any(schema in text or schema in repr(params) for schema in self.foreign):
            self.problems.append(f"the neighbour's schema in a statement: {text[:120]}")
        if not BOOKKEEPING.match(text):
            self.wrote = self.wrote or bool(WRITES.search(text))
            self._check(text)
        return execute(sql, params, many, context)

    def _check(self, text: str) -> None:
        raw: Any = connection.connection
        if raw.info.transaction_status == TRANSACTION_STATUS_INERROR:
            return
        current = scope.current()
        if current not in self.allowed:
            self.problems.append(f"inside {current}: {text[:120]}")
        with raw.cursor() as cursor:
            cursor.execute("SELECT current_user::text, session_user::text, current_setting('search_path')")
            role, login, path = cursor.fetchone()
        wanted = (current or login, current or "public")
        if (role, path.strip('"')) != wanted:
            self.problems.append(f"role and path are {role}, {path} instead of {wanted}: {text[:120]}")


@contextmanager
def undone() -> Iterator[None]:
    """A savepoint: whatever a request did is rolled back, as if it had never been."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        connection.needs_rollback = False
        transaction.savepoint_rollback(point)
        waiting: Any = connection
        waiting.run_on_commit = []


def asked_for() -> list[str]:
    """What would be sent to a worker if the request were committed, as text."""
    waiting: Any = connection
    return [repr(callback) for _points, callback, _robust in waiting.run_on_commit]


@contextmanager
def _looking(role: str) -> Iterator[Any]:
    """A raw cursor as this database role, independent of the code that is being watched."""
    raw: Any = connection.connection
    with raw.cursor() as cursor:
        cursor.execute(f"SAVEPOINT looking; SET LOCAL ROLE {role}")
        yield cursor
        cursor.execute("ROLLBACK TO SAVEPOINT looking; RELEASE SAVEPOINT looking")


def tables(side: Side) -> list[str]:
    with _looking("NONE") as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [side.isp.schema_name]
        )
        return [row[0] for row in cursor.fetchall()]


def fingerprint(side: Side, names: list[str]) -> dict[str, str]:
    """A digest of each of the ISP's tables, and of its rows in public."""
    schema = side.isp.schema_name
    one = "SELECT '{1}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM \"{0}\".\"{1}\" t {2}"
    with _looking(f'"{schema}"') as cursor:
        cursor.execute(" UNION ALL ".join(one.format(schema, name, "") for name in names))
        marks = dict(cursor.fetchall())
    with _looking("NONE") as cursor:
        parts = [
            one.format("public", table, f"WHERE {column} = %(schema)s") for table, column in ROUTES.items()
        ]
        cursor.execute(" UNION ALL ".join(parts), {"schema": schema})
        marks |= dict(cursor.fetchall())
    return marks


def normal(response: Any, *parts: object) -> str:
    """The answer without what differs every time, and without the parts of its address: for byte-for-byte comparison."""
    text = response.content.decode("utf-8", "replace")
    headers = "\n".join(f"{name}: {value}" for name, value in sorted(response.headers.items()))
    for part in (response.headers.get("X-Request-Id"), response.headers.get("Expires"), *parts):
        if part:
            text, headers = text.replace(str(part), "…"), headers.replace(str(part), "…")
    text = re.sub(
        r'(csrfmiddlewaretoken" value="|X-CSRFToken&quot;: &quot;|csrf-token" content=")[A-Za-z0-9]+',
        "",
        text,
    )
    text = re.sub(r"(X-CSRFToken\W{1,12})[A-Za-z0-9]{32,64}", r"\1", text)
    headers = re.sub(r"nonce-[^']+", "", headers)
    headers = re.sub(r"Content-Length: \d+", "", headers)
    text = re.sub(r'nonce="[^"]+"', "", text)
    return f"{response.status_code}\n{headers}\n{hashlib.sha256(text.encode()).hexdigest()}"
