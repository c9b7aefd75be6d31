"""The projector as a process of its own: round after round while it holds the lock, waiting while another does."""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime

import psycopg2
from django.db import DatabaseError, InterfaceError, connection
from psycopg2.extensions import connection as Line

from radius import projector
from radius.enforcer import Enforcer
from radius.posts import Post
from radius.standing import Memory

log = logging.getLogger("radius.rounds")

PAUSE = 0.5  # seconds between two rounds that found nothing more to do
STANDBY = 2.0
LEASH = 60  # a round over a slow database takes its time and is not stuck
REST = 30.0  # seconds in which an ISP whose rows could not be folded does not hold up the others


class Rounds:
    """`wait` sleeps for seconds and says whether to stop."""

    def __init__(self, wait: Callable[[float], bool]) -> None:
        self._wait = wait
        self._resting: dict[str, float] = {}
        self._memory = Memory()

    def run(self) -> None:
        stop = False
        while not stop:
            try:
                with projector.elected() as line:
                    stop = line is not None and self._while_elected(line)
            except (psycopg2.Error, DatabaseError, InterfaceError) as error:
                log.warning("the journal waits for the database", extra={"why": str(error).strip()})
            except Exception:
                log.exception("folding the journal failed")
            connection.close()
            stop = stop or self._wait(STANDBY)

    def _while_elected(self, line: Line) -> bool:
        """Go on as long as the lock's line lives; True when told to stop."""
        self._memory = Memory()  # what was true in an earlier term may not be so any more
        while True:
            with line.cursor() as cursor:
                cursor.execute("SELECT 1")
            if self._wait(PAUSE if self.turn() < projector.BATCH else 0.0):
                return True

    def turn(self) -> int:
        """One round; returns how many rows it took."""
        steady = time.monotonic()
        self._resting = {schema: until for schema, until in self._resting.items() if until > steady}
        taken, failed = projector.project(datetime.now(UTC), list(self._resting), self._memory)
        self._resting |= dict.fromkeys(failed, steady + REST)
        return taken


def serve(post: Post) -> None:
    """Fold until SIGTERM, or until the lifeline closes because the parent is gone."""
    # What is remembered of sessions is not cyclic, and looking through all of it for cycles is dear.
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    bell, ringer = os.pipe()
    signal.signal(signal.SIGTERM, lambda *_: os.write(ringer, b"!"))

    def wait(seconds: float) -> bool:
        post.beat(LEASH)
        return bool(select.select([post.lifeline, bell], [], [], seconds)[0])

    enforcer = Enforcer()
    enforcer.start()
    try:
        Rounds(wait).run()
    finally:
        enforcer.close()
