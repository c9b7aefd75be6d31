"""Reads changed facts anew in the background, at a pace that leaves the sockets their time."""

from __future__ import annotations

import logging
import threading

from django.db import connection

from radius import database
from radius.facts import LiveFacts

log = logging.getLogger("radius.refresher")

PACE = 0.008  # seconds between two reads: about a hundred a second


class Refresher:
    """One thread per worker with its own Django connection."""

    def __init__(self, facts: LiveFacts) -> None:
        self._facts = facts
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="radius-refresher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(2)

    def _run(self) -> None:
        database.hasten()
        while not self._stopping.is_set():
            try:
                self._facts.refresh(0.5)
            except Exception:
                log.exception("a service could not be read anew")
            self._stopping.wait(PACE)
        connection.close()
