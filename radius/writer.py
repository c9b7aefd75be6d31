"""Accounting to the journal by group commit, to the spool while the database is away; then, and only then, done."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Line

from radius import database, journal, spool
from radius.batching import Queue
from radius.events import AccountingRecord
from radius.ports import Done

log = logging.getLogger("radius.writer")

MOST, BATCH = 20_000, 4_000
AWAY = (0.25, 2.0)  # seconds until the database is tried again, growing
GATHER = 0.005  # seconds from the start of a commit to that of the next: a record that comes alone waits for nothing
IDLE = 1.0  # seconds without a record after which the spool file is let go


class Writer:
    """One thread that makes records durable. A commit of unknown outcome is spooled too: folding twice is harmless."""

    def __init__(self, folder: Path, patience: database.Patience, counts: Counter[str]) -> None:
        self._spool = spool.Spool(folder)
        self._patience = patience
        self._counts = counts
        self._queue: Queue[tuple[AccountingRecord, Done]] = Queue(MOST, BATCH)
        self._line: Line | None = None
        self._away = AWAY[0]
        self._again_at = 0.0
        self._thread = threading.Thread(target=self._run, name="radius-writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, record: AccountingRecord, done: Done) -> bool:
        return self._queue.put((record, done))

    def close(self, timeout: float) -> None:
        """Flush; what is not durable by then is answered with False."""
        self._queue.close()
        if self._thread.is_alive():
            self._thread.join(timeout)
        while left := self._queue.take():
            for _, done in left:
                done(False)

    def _run(self) -> None:
        began = 0.0
        while True:
            self._queue.linger(began + GATHER - time.monotonic())
            batch = self._queue.take(IDLE)
            began = time.monotonic()
            if not batch:
                if self._queue.closed:
                    break
                self._spool.let_go()  # no commit may ever follow here: the routers may ask other workers now
                continue
            durable = False
            try:
                durable = self._keep(journal.of_records([record for record, _ in batch]), len(batch))
            except Exception:
                log.exception("accounting could not be kept")
            for _, done in batch:
                done(durable)
        self._spool.let_go()
        self._hang_up()

    def _keep(self, entries: list[journal.Entry], count: int) -> bool:
        if time.monotonic() >= self._again_at:
            try:
                self._commit(entries)
            except psycopg2.Error as error:
                self._hang_up()
                self._again_at = time.monotonic() + self._away
                self._away = min(self._away * 2, AWAY[1])
                self._counts["journal_failed"] += 1
                log.warning("the journal does not take records", extra={"why": str(error).strip()})
            else:
                self._counts["journaled"] += count
                return True
        try:
            self._spool.write(entries)
        except spool.Full as error:
            self._counts["unkept"] += count
            log.error("records can be kept nowhere and are not acknowledged", extra={"why": str(error)})
            return False
        self._counts["spooled"] += count
        return True

    def _commit(self, entries: list[journal.Entry]) -> None:
        fresh = self._line is None or bool(self._line.closed)
        if fresh:
            self._line = database.connect("journal")
        with self._patience.over(self._line):
            assert self._line is not None
            journal.append(self._line, entries)
        if self._away != AWAY[0] or fresh:
            self._away = AWAY[0]
            self._spool.let_go()  # the outage is over: its file may be drained

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
