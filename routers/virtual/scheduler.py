"""Runs /system/scheduler: intervals and start-up jobs, with the rights of job and owner together."""

import threading
from datetime import UTC, datetime

from routers.virtual.console import Console
from routers.virtual.device import Caller, Device
from routers.virtual.traps import Trap
from routers.virtual.tree import Row
from routers.virtual.values import parse_time

NEVER = float("inf")


class Scheduler:
    """Looks at the rows each tick; timers by interval do not mind clock jumps."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self._next: dict[str, tuple[str, float]] = {}
        self._done: set[str] = set()
        self._booting = True
        self._starting: set[str] = set()  # jobs that were there when power came

        device.on_change.append(self.follow)

    def follow(self, path: str) -> None:
        """An entry's interval counts from when it was made."""
        if path == "/system/scheduler":
            now = self.device.clock.uptime()
            for row in self._rows():
                if row[".id"] not in self._next:
                    self._due(row, now)

    def _rows(self) -> list[Row]:
        with self.device.lock:
            rows = [dict(r) for r in self.device.tree.rows("/system/scheduler")]
        for gone in self._next.keys() - {row[".id"] for row in rows}:
            self._next.pop(gone, None)
            self._done.discard(gone)
        return [row for row in rows if row.get("disabled") != "true"]

    def boot(self) -> None:
        """Power came back: intervals count from here, and jobs for the start-up are due."""
        self._next.clear()
        self._done.clear()
        self._starting.clear()
        self._booting = True

    def tick(self) -> None:
        """Start what is due."""
        now = self.device.clock.uptime()
        rows = self._rows()
        booting, self._booting = self._booting, False
        for row in rows:
            if booting and row.get("start-time") == "startup":
                self._starting.add(row[".id"])
            if self._due(row, now):
                threading.Thread(target=self.run, args=(row,), daemon=True, name="job").start()

    def _due(self, row: Row, now: float) -> bool:
        interval = (parse_time(row.get("interval", "0s")) or 0) / 1_000
        key = f"{row.get('interval')} {row.get('start-date')} {row.get('start-time')}"
        known = self._next.get(row[".id"])
        if known is None or known[0] != key:
            self._done.discard(row[".id"])
            self._next[row[".id"]] = (key, now + self._first(row, interval))
            return False
        if now < known[1] or row[".id"] in self._done:
            return False
        if interval:
            self._next[row[".id"]] = (key, now + interval)
        else:
            self._done.add(row[".id"])
        return True

    def _first(self, row: Row, interval: float) -> float:
        if row.get("start-time") == "startup":
            return 3.0 if row[".id"] in self._starting else NEVER
        try:
            start = datetime.fromisoformat(f"{row.get('start-date', '')} {row.get('start-time', '')}")
        except ValueError:
            return interval
        ahead = (start.replace(tzinfo=UTC) - self.device.clock.now()).total_seconds()
        return ahead if ahead > 0 else interval

    def run(self, row: Row) -> None:
        """Run one job; errors appear only in the log."""
        event = row.get("on-event", "")
        script = self.device.tree.find("/system/script", name=event)
        owner = self.device.caller(row.get("owner", "admin"), "scheduler")
        rights = frozenset(row.get("policy", "").split(",")) & owner.policies
        stored = self.device.tree.find("/system/scheduler", name=row.get("name", ""))
        if stored is not None:
            stored["run-count"] = str(int(stored.get("run-count", "0")) + 1)
        try:
            Console(self.device, Caller(owner.user, rights, via="scheduler")).execute(
                event if script is None else script.get("source", "")
            )
        except Trap as trap:
            self.device.log("script,error", f"executing script {row.get('name')} failed: {trap.message}")
