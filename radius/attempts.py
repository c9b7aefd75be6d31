"""Attempts to the journal in the background: they may lag, and under overload they are shed and counted."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter

import psycopg2
from psycopg2.extensions import connection as Line

from radius import database, journal
from radius.batching import Queue
from radius.events import Accept, AccessRequest, Reject

log = logging.getLogger("radius.attempts")

MOST, BATCH = 20_000, 4_000
GATHER = 0.1  # seconds; fewer commits for something nobody waits for
_Attempt = tuple[AccessRequest, Accept | Reject, float, int]


class Attempts:
    """One thread. A batch waits out a short outage of the database; after a minute it is shed."""

    def __init__(self, patience: database.Patience, counts: Counter[str]) -> None:
        self._patience, self._counts = patience, counts
        self._queue: Queue[_Attempt] = Queue(MOST, BATCH)
        self._line: Line | None = None
        self._thread = threading.Thread(target=self._run, name="radius-attempts", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, attempt: _Attempt) -> None:
        if not self._queue.put(attempt):
            self._counts["attempts_shed"] += 1

    def close(self, timeout: float) -> None:
        self._queue.close()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        pause = threading.Event()
        while not (self._queue.closed and not self._queue):
            if not self._queue.closed:
                pause.wait(GATHER)
            batch = self._queue.take()
            if batch:
                self._keep(batch)
        if self._line is not None:
            self._line.close()

    def _keep(self, batch: list[_Attempt]) -> None:
        entries = [journal.of_attempt(*each) for each in batch]
        deadline = time.monotonic() + 60.0
        while True:
            try:
                if self._line is None or self._line.closed:
                    self._line = database.connect("attempts")
                with self._patience.over(self._line):
                    journal.append(self._line, entries)
            except psycopg2.OperationalError:
                if self._line is not None:
                    self._line.close()
                if time.monotonic() < deadline and not self._queue.closed:
                    threading.Event().wait(0.5)
                    continue
                self._counts["attempts_shed"] += len(entries)
            except psycopg2.Error:
                log.exception("attempts could not be kept")
                self._counts["attempts_shed"] += len(entries)
            return
