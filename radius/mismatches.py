"""How often known routers sign with another secret than ours: counted in memory, told to their ISP in a while."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime

import psycopg2
from psycopg2.extensions import connection as Line
from psycopg2.extras import execute_values

from radius import database
from radius.events import Nas

log = logging.getLogger("radius.mismatches")

PAUSE = 10.0  # seconds between two writings
QUIET = "10 minutes"  # after which counting begins anew
MOST = 4096  # routers between two writings
_WRITE = f"""
INSERT INTO public.tenants_secretmismatch AS kept (schema, router_id, count, first_at, last_at) VALUES %s
ON CONFLICT (schema, router_id) DO UPDATE SET
    count = excluded.count + CASE WHEN kept.last_at < excluded.first_at - interval '{QUIET}' THEN 0 ELSE kept.count END,
    first_at = CASE WHEN kept.last_at < excluded.first_at - interval '{QUIET}' THEN excluded.first_at
                    ELSE least(kept.first_at, excluded.first_at) END,
    last_at = greatest(kept.last_at, excluded.last_at)
"""
_Seen = tuple[int, float, float]  # how many, first and last in unix seconds


class Mismatches:
    """Counts in the worker's thread, writes in its own; what cannot be written waits for the next time."""

    def __init__(self, patience: database.Patience, pause: float = PAUSE) -> None:
        self._patience = patience
        self._pause = pause
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, int], _Seen] = {}
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="radius-mismatches", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self, timeout: float) -> None:
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join(timeout)

    def count(self, nas: Nas, at: float) -> None:
        """One more packet with a wrong signature; `at` in unix seconds."""
        key = (nas.schema, nas.router_id)
        with self._lock:
            many, first, _ = self._seen.get(key, (0, at, at))
            if many or len(self._seen) < MOST:
                self._seen[key] = (many + 1, first, at)

    def _run(self) -> None:
        while not self._closing.wait(self._pause):
            self._write()
        self._write()

    def _write(self) -> None:
        with self._lock:
            seen, self._seen = self._seen, {}
        if not seen:
            return
        line: Line | None = None
        try:
            line = database.connect("mismatches")
            with self._patience.over(line), line.cursor() as cursor:
                execute_values(cursor, _WRITE, [_row(*each) for each in seen.items()], page_size=MOST)
        except psycopg2.Error as error:
            self._take_back(seen)
            log.warning("wrong secrets cannot be told", extra={"why": str(error).strip()})
        finally:
            if line is not None:
                line.close()

    def _take_back(self, seen: dict[tuple[str, int], _Seen]) -> None:
        with self._lock:
            for key, (many, first, last) in seen.items():
                more, _, latest = self._seen.get(key, (0, first, last))
                self._seen[key] = (many + more, first, latest)


def _row(key: tuple[str, int], seen: _Seen) -> tuple[str, int, int, datetime, datetime]:
    many, first, last = seen
    return (*key, many, datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC))
