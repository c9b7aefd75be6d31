"""Moves spool files to the journal when the database is back: our own, and those that dead workers left."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import psycopg2
from psycopg2.extensions import connection as Line

from radius import database, journal, spool

log = logging.getLogger("radius.drainer")

PAUSE = 1.0
BATCH = 2_000


def drain(folder: Path, patience: database.Patience) -> int:
    """Move every file that nobody writes to; returns how many entries. Raises psycopg2.Error while it is away.

    A crash between the commit and the removal of a file moves its entries twice, and folding them twice is harmless.
    """
    moved = 0
    line: Line | None = None
    try:
        for file in spool.waiting(folder):
            entries = file.entries()
            if entries and line is None:
                line = database.connect("drainer")
            for at in range(0, len(entries), BATCH):
                assert line is not None
                _append(line, entries[at : at + BATCH], folder, patience)
            file.done()
            moved += len(entries)
    finally:
        if line is not None:
            line.close()
    return moved


def _append(line: Line, entries: list[journal.Entry], folder: Path, patience: database.Patience) -> None:
    """Commit entries; those that the journal will never take are put aside one by one."""
    try:
        with patience.over(line):
            journal.append(line, entries)
    except psycopg2.DataError as error:
        if len(entries) > 1:
            half = len(entries) // 2
            _append(line, entries[:half], folder, patience)
            _append(line, entries[half:], folder, patience)
            return
        with open(folder / "refused.jsonl", "ab") as aside:
            aside.write(entries[0].to_line() + b"\n")
        log.error("the journal will not take an entry; it is put aside", extra={"why": str(error).strip()})


class Drainer:
    """One thread per worker; the locks on the files keep several of them apart."""

    def __init__(self, folder: Path, patience: database.Patience) -> None:
        self._folder, self._patience = folder, patience
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="radius-drainer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if moved := drain(self._folder, self._patience):
                    log.info("records moved from the spool to the journal", extra={"count": moved})
            except psycopg2.Error:
                pass  # still away; the writer has said so
            except Exception:
                log.exception("the spool could not be drained")
            self._stopping.wait(PAUSE)
