"""One thread that hears what the database tells RADIUS, and proves several times a second that it still does."""

from __future__ import annotations

import contextlib
import logging
import select
import threading
import time
from collections.abc import Callable
from typing import Protocol

import psycopg2
from django.db import DatabaseError, InterfaceError
from psycopg2.extensions import connection as Line

from radius import database

log = logging.getLogger("radius.listener")

PROOF = 0.3  # seconds between two questions on the listening connection
RETRY = 0.25
REFRESH = 30.0  # the directory is read anew this often even when nobody told us to


class Hears(Protocol):
    """Who is told: the facts."""

    def heard(self, at: float) -> None: ...
    def lost(self) -> None: ...
    def refused(self, at: float) -> None: ...
    def forget(self, payload: str) -> None: ...
    def forget_all(self) -> None: ...


class Listener:
    """Keeps facts and directory right. `refresh` reads the directory anew; it may raise a database error."""

    def __init__(self, hears: Hears, refresh: Callable[[Line], None], patience: database.Patience) -> None:
        self._hears = hears
        self._refresh = refresh
        self._patience = patience
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="radius-listener", daemon=True)

    def start(self, wait: float) -> bool:
        """Begin; True when everything was heard and read within `wait` seconds."""
        self._thread.start()
        return self._ready.wait(wait)

    def close(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(2)

    def _run(self) -> None:
        quiet = False
        while not self._stopping.is_set():
            line: Line | None = None
            try:
                line = database.connect("listener")
                self._listen(line)
            except (psycopg2.Error, DatabaseError, InterfaceError, OSError) as error:
                self._last_words(line)
                self._broken(error)
                if not quiet:
                    log.warning(
                        "the database does not tell us what changes", extra={"why": str(error).strip()}
                    )
                quiet = line is None
            except Exception as error:  # this thread must go on; meanwhile nothing is believed
                self._broken(error)
                log.exception("listening failed")
            finally:
                if line is not None:
                    line.close()
            self._stopping.wait(RETRY)
        self._hears.lost()

    def _last_words(self, line: Line | None) -> None:
        """What was told before the end is heard too, however late we come."""
        if line is not None:
            with contextlib.suppress(psycopg2.Error):
                line.poll()
            self._take(line)

    def _broken(self, error: Exception) -> None:
        self._hears.lost()
        at = time.monotonic()
        if database.nobody_can_commit(error):
            self._hears.refused(at)

    def _listen(self, line: Line) -> None:
        """Listen first, then forget what was remembered, then believe what comes."""
        with self._patience.over(line), line.cursor() as cursor:
            cursor.execute("LISTEN kmikro_facts")
            cursor.execute("LISTEN kmikro_nas")
        self._hears.forget_all()
        read_at = float("-inf")
        while not self._stopping.is_set():
            asked_at = time.monotonic()
            with self._patience.over(line, 0.8), line.cursor() as cursor:
                cursor.execute("SELECT 1")
            stale = self._take(line)
            self._hears.heard(asked_at)
            if stale or asked_at - read_at > REFRESH:
                with self._patience.over(line):
                    self._refresh(line)
                read_at = asked_at
                self._ready.set()
            self._wait(line, asked_at + PROOF)

    def _wait(self, line: Line, until: float) -> None:
        """Take notifications at once as they come, until it is time to prove again."""
        told = select.poll()  # `select` hears no file beyond the 1,024th, and RadSec has thousands
        told.register(line, select.POLLIN)
        while not self._stopping.is_set() and (left := until - time.monotonic()) > 0:
            if told.poll(left * 1000):
                line.poll()
                if line.notifies:
                    if any(each.channel == "kmikro_nas" for each in line.notifies):
                        return  # the next turn takes it, and reads the directory
                    self._take(line)

    def _take(self, line: Line) -> bool:
        """Hand on what came; True when routers changed."""
        routers = False
        while line.notifies:
            each = line.notifies.pop(0)
            if each.channel == "kmikro_nas":
                routers = True
            else:
                self._hears.forget(each.payload)
        return routers
