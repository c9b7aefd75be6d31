"""Attempts from the workers' batches into the login log of their ISP, line by line as they are.

A crash between adding and deleting adds the same lines again; their keys tell, and each stays once.
"""

from __future__ import annotations

import io
import logging
from collections import defaultdict
from collections.abc import Sequence

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from radius.login_line import COLUMNS, NOTHING
from tenants import scope
from tenants.models import Isp

log = logging.getLogger("radius.login_log")

_CHUNK = 1 << 16  # octets handed to libpq at once
BATCH = 400  # rows of at most `attempts.PER_BATCH` lines
_READ = """
    SELECT id, schema, body FROM public.tenants_loginbatch WHERE NOT schema = ANY(%s) ORDER BY id LIMIT %s
"""
_DELETE = "DELETE FROM public.tenants_loginbatch WHERE id = ANY(%s)"
_TABLE = f"radius_authattempt ({', '.join(COLUMNS)})"
_COPY = f"COPY {_TABLE} FROM STDIN WITH (NULL '{NOTHING}')"
_ADD = f"INSERT INTO {_TABLE} VALUES ({', '.join(['%s'] * len(COLUMNS))}) ON CONFLICT DO NOTHING"


def move(resting: Sequence[str] = ()) -> tuple[int, list[str]]:
    """Move one lot of batches; returns how many, and the ISPs whose batches have to wait."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [list(resting), BATCH])
        rows: list[tuple[int, str, str]] = cursor.fetchall()
    if not rows:
        return 0, []
    by_schema: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, schema, body in rows:
        by_schema[schema].append((number, body))
    active = set(
        Isp.objects.filter(schema_name__in=by_schema, state=Isp.State.ACTIVE).values_list(
            "schema_name", flat=True
        )
    )
    done: list[int] = []
    failed: list[str] = []
    for schema, mine in by_schema.items():
        if schema not in active:
            log.warning("attempts of no ISP are dropped", extra={"schema": schema, "batches": len(mine)})
        elif not _moved(schema, "".join([body for _, body in mine])):
            failed.append(schema)
            continue
        done += [number for number, _ in mine]
    with connection.cursor() as cursor:
        cursor.execute(_DELETE, [done])
    return len(rows), failed


def _moved(schema: str, lines: str) -> bool:
    try:
        try:
            with scope.inside(schema):
                add(lines)
        except (OperationalError, InterfaceError):
            raise
        except DatabaseError:  # lines that are there already, or one that the database does not take
            with scope.inside(schema):
                _add_one_by_one(lines)
    except OperationalError as error:  # a lock, or the end of the connection: not the lines' fault
        if connection.connection is None or connection.connection.closed:
            raise
        log.warning("an ISP's attempts wait", extra={"schema": schema, "why": str(error).strip()})
        return False
    return True


def add(lines: str) -> None:
    """Add lines to the login log of the tenant we are in: all of them, or none and a DatabaseError."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'; SET LOCAL synchronous_commit = off")
        with connection.wrap_database_errors:
            cursor.copy_expert(_COPY, io.BytesIO(lines.replace("\\", "\\\\").encode()), _CHUNK)


def _add_one_by_one(lines: str) -> None:
    """The slow way: a line that is there stays as it is, one that cannot be stored is left out."""
    for line in lines.split("\n")[:-1]:
        values = [None if each == NOTHING else each for each in line.split("\t")]
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_ADD, values)
        except (OperationalError, InterfaceError):
            raise
        except DatabaseError as error:
            log.warning("an attempt cannot be stored", extra={"key": values[0], "why": repr(error)[:300]})
