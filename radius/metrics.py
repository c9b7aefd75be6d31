"""What one worker counts, and where it is told: a small file every two seconds that the web process reads.

Labels are bounded: routers that are registered, codes of policy; what comes beyond MOST is counted together.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from radius.events import Accept, AccessRequest, AccountingRecord, Nas, Reject
from radius.ports import Done
from radius.quiet import Quiet
from radius.store import LiveStore
from radius.window import Window

log = logging.getLogger("radius.metrics")

EVERY = 2.0  # seconds
STALE = 60.0  # seconds after which a file belongs to a worker that is gone
MOST = 10_000  # label sets of one worker
BOUNDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)  # seconds
_OTHERS = ("", 0)


class Histogram:
    """Counts by upper bound; the last place is everything above."""

    __slots__ = ("places", "total")

    def __init__(self) -> None:
        self.places = [0] * (len(BOUNDS) + 1)
        self.total = 0.0

    def add(self, seconds: float) -> None:
        self.places[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds

    def told(self) -> dict[str, Any]:
        return {"places": list(self.places), "total": self.total}


class MeteredStore:
    """The store, counted on the way in: every outcome of a worker passes here."""

    def __init__(self, store: LiveStore) -> None:
        self._store = store
        self.attempts: dict[tuple[str, int, str], int] = {}
        self.records: dict[tuple[str, int, str], int] = {}
        self.drops: dict[tuple[str, int, str], int] = {}
        self._window = Window(time.monotonic())
        self.decided, self.durable = Histogram(), Histogram()
        self.start, self.close, self.start_clock = store.start, store.close, store.start_clock

    def attempt(self, request: AccessRequest, verdict: Accept | Reject, at: float, microseconds: int) -> None:
        nas = request.nas
        key = (nas.schema, nas.router_id, "accept" if isinstance(verdict, Accept) else verdict.code)
        if key in self.attempts:
            self.attempts[key] += 1
        else:
            _count(self.attempts, key)
        self.decided.add(microseconds / 1e6)
        self._store.attempt(request, verdict, at, microseconds)

    def record(self, record: AccountingRecord, done: Done) -> bool:
        began = time.perf_counter()

        def kept(ok: bool) -> None:
            if ok:
                self.durable.add(time.perf_counter() - began)
            done(ok)

        _count(self.records, (record.schema, record.router_id, record.kind.value))
        return self._store.record(record, kept)

    def dropped(self, nas: Nas, why: str) -> None:
        """A datagram of this router got no answer."""
        _count(self.drops, (nas.schema, nas.router_id, why))

    def told(self) -> dict[str, Any]:
        counted = {"attempts": self.attempts, "records": self.records, "drops": self.drops}
        return {
            **{name: [[*key, count] for key, count in list(each.items())] for name, each in counted.items()},
            "minute": self._window.since(time.monotonic(), counted),
            "decided": self.decided.told(),
            "durable": self.durable.told(),
            "queues": self._store.depths(),
            "services": self._store.remembered(),
            "store": dict(self._store.counts),
        }


def _count(counts: dict[tuple[str, int, str], int], key: tuple[str, int, str]) -> None:
    if key not in counts and len(counts) >= MOST:
        key = (*_OTHERS, key[2])
    counts[key] = counts.get(key, 0) + 1


class Teller:
    """Writes what `tell` says into the folder, every EVERY seconds and once more at the end."""

    def __init__(self, folder: Path, tell: Callable[[], Mapping[str, Any]]) -> None:
        self.counts: Counter[str] = Counter()  # the server's, once it is known
        self._folder, self._tell = folder, tell
        self._name = f"{os.uname().nodename}-{os.getpid()}"  # containers share the folder, not their numbers
        self._path = folder / f"{self._name}.json"
        self._quiet = Quiet(60.0)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="metrics")

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._thread.join(1.0)

    def _run(self) -> None:
        while not self._over.wait(EVERY):
            try:
                self._write()
            except OSError as error:  # a full disk must not end the service, and it will not be full for ever
                if self._quiet.may("unwritten", time.monotonic()):
                    log.warning("metrics are not written", extra={"why": str(error)})
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)  # what it counted is over with it, as after a restart

    def _write(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        told = {"worker": self._name, "at": time.time(), "server": dict(self.counts), **self._tell()}
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(told, separators=(",", ":")))
        fresh.replace(self._path)


def read(folder: Path, now: float) -> list[dict[str, Any]]:
    """What the workers told last; files of workers that are gone are left out, and taken away after an hour."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            told = json.loads(path.read_text())
            age = now - float(told["at"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if age <= STALE:
            found.append(told)
        elif age > 60 * STALE:
            path.unlink(missing_ok=True)
    for path in folder.glob("*.new"):  # of a worker that was killed while it wrote
        with contextlib.suppress(OSError):
            if now - path.stat().st_mtime > 60 * STALE:
                path.unlink()
    return found
