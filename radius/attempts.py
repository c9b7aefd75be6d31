"""Attempts to the login log in the background: they may lag, and under overload they are shed and counted."""

from __future__ import annotations

import io
import itertools
import logging
import random
import struct
import threading
import time
from collections import Counter, defaultdict, deque

import psycopg2
from psycopg2.extensions import connection as Line

from radius import database
from radius.events import Accept, AccessRequest, Reject
from radius.login_line import line_of

log = logging.getLogger("radius.attempts")

MOST = 20_000  # that wait; more are shed
PER_BATCH = 250  # lines in one row, so that a row stays small
GATHER = 0.25  # seconds; fewer commits for something nobody waits for
_ADD = "COPY public.tenants_loginbatch (schema, body) FROM STDIN (FORMAT binary)"
_HEAD, _TAIL = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_ROW, _SIZE = struct.Struct("!hi").pack, struct.Struct("!i").pack
_CHUNK = 1 << 16  # octets handed to libpq at once


class Attempts:
    """One thread. A batch waits out a short outage of the database; after a minute it is shed.

    An attempt becomes a line at once, in the thread of the sockets: a second thread that did it would only take
    turns with that one.
    """

    def __init__(self, patience: database.Patience, counts: Counter[str]) -> None:
        self._patience, self._counts = patience, counts
        # Seeded anew by the kernel in every worker. Neighbours in time are neighbours in the index.
        self._keys = itertools.count(random.getrandbits(62))
        self._lines: deque[tuple[str, str]] = deque()
        self._line: Line | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="radius-attempts", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def __len__(self) -> int:
        return len(self._lines)

    def put(self, request: AccessRequest, verdict: Accept | Reject, at: float, microseconds: int) -> None:
        if len(self._lines) >= MOST:
            self._counts["attempts_shed"] += 1
            return
        line = line_of(next(self._keys), request, verdict, at, microseconds)
        self._lines.append((request.nas.schema, line))

    def close(self, timeout: float) -> None:
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._over.wait(GATHER):
            self._turn()
        self._turn()
        if self._line is not None:
            self._line.close()

    def _turn(self) -> None:
        if count := len(self._lines):
            self._keep([self._lines.popleft() for _ in range(count)])

    def _keep(self, lines: list[tuple[str, str]]) -> None:
        by_schema: defaultdict[str, list[str]] = defaultdict(list)
        for schema, line in lines:
            by_schema[schema].append(line)
        batches = [
            _row(schema.encode(), "".join(mine[at : at + PER_BATCH]).encode())
            for schema, mine in by_schema.items()
            for at in range(0, len(mine), PER_BATCH)
        ]
        copied = b"".join([_HEAD, *batches, _TAIL])
        deadline = time.monotonic() + 60.0
        while True:
            try:
                self._write(copied)
            except psycopg2.OperationalError:
                if self._line is not None:
                    self._line.close()
                if time.monotonic() < deadline and not self._over.wait(0.5):
                    continue
                self._counts["attempts_shed"] += len(lines)
            except psycopg2.Error:
                log.exception("attempts could not be kept")
                self._counts["attempts_shed"] += len(lines)
            return

    def _write(self, copied: bytes) -> None:
        if self._line is None or self._line.closed:
            self._line = database.connect("attempts")
            with self._line.cursor() as cursor:  # a crash of PostgreSQL may cost the attempts of a moment
                cursor.execute("SET synchronous_commit = off")
        with self._patience.over(self._line), self._line.cursor() as cursor:
            cursor.copy_expert(_ADD, io.BytesIO(copied), _CHUNK)


def _row(schema: bytes, body: bytes) -> bytes:
    """A row as COPY takes it without reading a character (PostgreSQL's documentation of COPY, binary format)."""
    return b"".join((_ROW(2, len(schema)), schema, _SIZE(len(body)), body))
