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


# PostgreSQL's own counters of this transaction; what a savepoint took back is still counted.
_WRITTEN = """
    SELECT relname::text, pg_stat_get_xact_tuples_inserted(pg_class.oid) + pg_stat_get_xact_tuples_updated(pg_class.oid)
        + pg_stat_get_xact_tuples_deleted(pg_class.oid)
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = %s AND relkind IN ('r', 'p')
"""


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


def written(side: Side) -> dict[str, int]:
    """How many rows were written to each of the ISP's tables in this transaction, undone or not."""
    with _looking("NONE") as cursor:
        cursor.execute(_WRITTEN, [side.isp.schema_name])
        return {name: count for name, count in cursor.fetchall() if count}


def public_rows(side: Side) -> dict[str, str]:
    """A digest of the ISP's rows in each table of public."""
    with _looking("NONE") as cursor:
        parts = [
            f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
            f' FROM public."{table}" t WHERE {column} = %(schema)s'
            for table, column in ROUTES.items()
        ]
        cursor.execute(" UNION ALL ".join(parts), {"schema": side.isp.schema_name})
        return dict(cursor.fetchall())


class Marks:
    """What an ISP has, by which a write of somebody else shows: counters of its tables, and its rows in public."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self._written, self._public = written(side), public_rows(side)

    def changed(self) -> list[str]:
        """The tables that were written to since it was asked last, or that differ."""
        now, before = written(self.side), self._written
        self._written = now
        found = [name for name in now if now[name] != before.get(name, 0)]
        rows = public_rows(self.side)
        return found + [name for name in rows if rows[name] != self._public[name]]


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
