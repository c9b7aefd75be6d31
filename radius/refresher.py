"""Reads changed facts anew in the background, at a pace that leaves the sockets their time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection

from django.db import connection

from radius import database
from radius.facts import LiveFacts
from radius.known import PlanFacts
from radius.lookup import again
from radius.packing import Found

log = logging.getLogger("radius.refresher")

LEAST = 0.008  # seconds between two reads; it rests as long as it works
IDLE = 0.1  # while the database is away


class Refresher:
    """One thread per worker with its own Django connection."""

    def __init__(self, facts: LiveFacts, patience: database.Patience) -> None:
        self._facts, self._patience = facts, patience
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="radius-refresher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(2)

    def _read(
        self, schema: str, changed: Collection[str], plans: Collection[int], at: float
    ) -> tuple[list[Found], list[PlanFacts]]:
        return again(schema, changed, plans, at, self._patience)

    def _run(self) -> None:
        database.hasten()
        while not self._stopping.is_set():
            rest = LEAST
            try:
                if self._facts.has_news(0.5):
                    began = time.monotonic()
                    done = self._facts.refresh(self._read)
                    rest = max(time.monotonic() - began, LEAST if done else IDLE)
            except Exception:
                log.exception("services could not be read anew")
            self._stopping.wait(rest)
        connection.close()
