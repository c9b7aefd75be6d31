"""Reads an ISP's services ahead in the background, so that a worker that just began is not slow."""

from __future__ import annotations

import logging
import threading
import time

from django.db import connection

from radius import database
from radius.facts import LiveFacts
from radius.lookup import page
from radius.packing import Found

log = logging.getLogger("radius.preloader")

PAGE = 500  # services; more at once is hardly quicker, and must be read within the second of a statement
REST = 0.25  # seconds when there is nothing to do or the database is away


class Preloader:
    """One thread per worker with its own Django connection; it rests as long as it computes, whatever it waited."""

    def __init__(self, facts: LiveFacts, patience: database.Patience) -> None:
        self._facts, self._patience = facts, patience
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="radius-preloader", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(2)

    def _read(self, schema: str, before: int | None, at: float) -> list[Found]:
        return page(schema, before, PAGE, at, self._patience)

    def _run(self) -> None:
        database.hasten()
        while not self._stopping.is_set():
            began, more = time.thread_time(), False
            try:
                more = self._facts.foresee(0.5, self._read)
            except Exception:
                log.exception("services could not be read ahead")
            self._stopping.wait(time.thread_time() - began if more else REST)
        connection.close()
