"""RADIUS' own connections to PostgreSQL: short patience, durable commits, and cut when they hang."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Generator
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection
from psycopg2 import errors
from psycopg2.extensions import connection as Line

log = logging.getLogger("radius.database")

CONNECT_SECONDS = 2  # the least that libpq keeps to
STATEMENT_SECONDS = 2.0
LOCK_SECONDS = 0.05
# What a PostgreSQL that cannot commit for anybody says; an unknown wording only means that we stay silent.
_CLOSED = ("starting up", "in recovery mode", "not yet accepting connections")


def take_own_login() -> None:
    """Let every connection of this process use RADIUS' own login, if it has one; before any is opened.

    Web and workers have a limit on theirs, so however many they open, RADIUS still gets in. A database that does not
    know the login is used with the common one: better than none.
    """
    if not settings.RADIUS_DB_USER:
        return
    connection.close()
    usual = dict(connection.settings_dict)
    own = {"USER": settings.RADIUS_DB_USER, "PASSWORD": settings.RADIUS_DB_PASSWORD}
    connection.settings_dict |= own
    try:
        connect("login").close()
    except psycopg2.OperationalError as error:
        if "authentication failed" in str(error):
            connection.settings_dict |= {name: usual[name] for name in own}
            log.warning("RADIUS has no login of its own; see Connections in docs/operations.md")


def connect(purpose: str) -> Line:
    """A connection in autocommit mode, outside every tenant; its commits are on disk when they return."""
    at = connection.settings_dict
    line = psycopg2.connect(
        dbname=at["NAME"],
        user=at["USER"],
        password=at["PASSWORD"],
        host=at["HOST"],
        port=at["PORT"],
        connect_timeout=CONNECT_SECONDS,
        application_name=f"kmikro radius {purpose}",
        options=f"-c statement_timeout={int(STATEMENT_SECONDS * 1000)} -c synchronous_commit=on"
        " -c search_path=public",
    )
    line.autocommit = True
    return line


def hasten(*, lock_seconds: float = LOCK_SECONDS) -> dict[str, Any]:
    """Give this thread's Django connection RADIUS' patience, not that of a web page; returns what it had.

    Who only reads waits for nobody but who locks a whole table, and that not for long: others want to sign in.
    """
    usual: dict[str, Any] = connection.settings_dict
    said = f"-c statement_timeout=1000 -c lock_timeout={int(lock_seconds * 1000)}"
    options = {**usual["OPTIONS"], "connect_timeout": CONNECT_SECONDS, "options": said}
    connection.settings_dict = {**usual, "OPTIONS": options}
    return usual


def is_busy(error: BaseException) -> bool:
    """Did a lock or a slow statement stop this, and not a database that is away?"""
    return isinstance(error.__cause__, (errors.LockNotAvailable, errors.QueryCanceled))


def nobody_can_commit(error: Exception) -> bool:
    """Is PostgreSQL itself away (nothing listens, or it is recovering), not merely out of our reach?"""
    if any(words in str(error) for words in _CLOSED):
        return True
    at = connection.settings_dict
    try:
        if at["HOST"].startswith("/"):
            probe = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            with probe:
                probe.settimeout(0.3)
                probe.connect(f"{at['HOST']}/.s.PGSQL.{at['PORT'] or 5432}")
        else:
            socket.create_connection((at["HOST"] or "127.0.0.1", int(at["PORT"] or 5432)), 0.3).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return False


class Patience:
    """Cuts the connection of work that takes too long: a database that hangs must not hang us."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._watched: dict[object, tuple[float, socket.socket]] = {}
        self._thread: threading.Thread | None = None
        self._closed = False

    @contextlib.contextmanager
    def over(
        self, line: Line | None, seconds: float = STATEMENT_SECONDS + 0.5
    ) -> Generator[None, None, None]:
        """Let the block talk on the line; after `seconds` the line is shut down under it."""
        if line is None or line.closed:
            yield
            return
        token, end = object(), socket.socket(fileno=os.dup(line.fileno()))
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="radius-patience", daemon=True)
                self._thread.start()
            self._watched[token] = (time.monotonic() + seconds, end)
            if len(self._watched) == 1:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._watched.pop(token, None)
            end.close()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _run(self) -> None:
        with self._changed:
            while not self._closed:
                now = time.monotonic()
                for token, (deadline, end) in list(self._watched.items()):
                    if deadline <= now:
                        del self._watched[token]
                        with contextlib.suppress(OSError):
                            end.shutdown(socket.SHUT_RDWR)
                soonest = min((deadline for deadline, _ in self._watched.values()), default=None)
                self._changed.wait(None if soonest is None else min(max(soonest - now, 0.01), 0.25))
