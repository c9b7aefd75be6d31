"""FreeRADIUS as its package ships it, on the same PostgreSQL: with rlm_sql, and with its users in memory."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from django.conf import settings
from psycopg2 import sql

from bench.ground import SECRET, SOURCE, admin, drop_database
from bench.radius_rates import Server, free_pair, serving

PROGRAM = shutil.which("freeradius") or shutil.which("freeradius", path="/usr/sbin")
SHARE = Path("/etc/freeradius/3.0")
LIBRARY = Path("/usr/lib/freeradius")
RATE_LIMIT, INTERIM = "2M/5M", 60
_CONFIGURATIONS = Path(__file__).with_name("freeradius")
_SCHEMA = SHARE / "mods-config/sql/main/postgresql/schema.sql"
People = Sequence[tuple[str, str, str]]  # name, Cleartext-Password or NT-Password, its value
_PROFILE = (("Mikrotik-Rate-Limit", RATE_LIMIT), ("Acct-Interim-Interval", str(INTERIM)))


def is_there() -> bool:
    """Are FreeRADIUS and its module for PostgreSQL installed?"""
    return PROGRAM is not None and (LIBRARY / "rlm_sql_postgresql.so").exists() and _SCHEMA.exists()


@contextmanager
def with_sql(people: People) -> Iterator[Server]:
    """Users in radcheck and radreply, logins to radpostauth, accounting to radacct."""
    with _database(people) as database, _running("sql", people, database) as server:
        yield server


@contextmanager
def in_memory(people: People) -> Iterator[Server]:
    """Users from a file; it stores nothing."""
    with _running("memory", people, "") as server:
        yield server


@contextmanager
def _database(people: People) -> Iterator[str]:
    """A database of its own with the schema and the indexes of the package."""
    name, at = f"bench_{os.getpid()}_peer", settings.DATABASES["default"]
    admin(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    try:
        line = psycopg2.connect(
            dbname=name, user=at["USER"], password=at["PASSWORD"], host=at["HOST"], port=at["PORT"]
        )
        with line, line.cursor() as cursor:
            cursor.execute(_SCHEMA.read_text())
            cursor.execute(
                "INSERT INTO radcheck (username, attribute, op, value)"
                " SELECT name, attribute, ':=', value FROM unnest(%s, %s, %s) AS known (name, attribute, value)",
                [list(column) for column in zip(*people, strict=True)],
            )
            names = [name for name, _, _ in people]
            for attribute, value in _PROFILE:
                cursor.execute(
                    "INSERT INTO radreply (username, attribute, op, value)"
                    " SELECT name, %s, ':=', %s FROM unnest(%s) AS name",
                    [attribute, value, names],
                )
        line.autocommit = True
        with line.cursor() as cursor:
            cursor.execute("ANALYZE")
        line.close()
        yield name
    finally:
        drop_database(name)


@contextmanager
def _running(kind: str, people: People, database: str) -> Iterator[Server]:
    assert PROGRAM
    port, at = free_pair(), settings.DATABASES["default"]
    with tempfile.TemporaryDirectory(prefix="bench-freeradius-") as home:
        folder = Path(home)
        words = {
            "home": home, "share": str(SHARE), "library": str(LIBRARY), "source": SOURCE, "secret": SECRET,
            "auth": str(port), "acct": str(port + 1), "db_host": at["HOST"] or "127.0.0.1",
            "db_port": str(at["PORT"] or 5432), "db_user": at["USER"], "db_password": at["PASSWORD"],
            "db_name": database,
        }  # fmt: skip
        for source, target in (("common.conf", "common.conf"), (f"{kind}.conf", "radiusd.conf")):
            text = (_CONFIGURATIONS / source).read_text()
            for word, value in words.items():
                text = text.replace(f"@{word}@", value)
            (folder / target).write_text(text)
        (folder / "dictionary").write_text("")
        replies = ",\n\t".join(f'{attribute} := "{value}"' for attribute, value in _PROFILE)
        users = "".join(f'{name} {how} := "{value}"\n\t{replies}\n' for name, how, value in people)
        (folder / "users").write_text(users)
        with serving([PROGRAM, "-f", "-d", home, "-n", "radiusd"], port) as server:
            yield server
