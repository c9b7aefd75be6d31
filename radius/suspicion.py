"""What looks wrong about packets that are answered all the same, told to the operator once a minute each."""

from __future__ import annotations

import logging
import time
from collections import Counter

from radius.accounting import RESTART_PAUSE
from radius.events import AccessRequest, AccountingRecord, Drop, Kind, Nas
from radius.ports import Worker
from radius.quiet import Quiet
from radius.token import is_foreign

log = logging.getLogger("radius.suspicion")

PAUSE = 60.0  # seconds
WRONG_SECRET = {"wrong_message_authenticator", "wrong_authenticator"}


class Suspicion:
    """Counts every case in `counts`; the worker's alerts hear of it now and then."""

    def __init__(self, worker: Worker, counts: Counter[str]) -> None:
        self._worker, self._counts = worker, counts
        self._quiet = Quiet(PAUSE)
        self._strangers = Quiet(PAUSE, most=64)
        self._restarts = Quiet(RESTART_PAUSE)

    def alert(self, nas: Nas, code: str) -> None:
        self._counts[f"alert_{code}"] += 1
        if self._quiet.may(f"{code} {nas.address}", time.monotonic()):
            self._worker.alerts.raised(nas, code, time.time())

    def fault(self) -> None:
        """An exception is being handled: one datagram must never end the service of all others."""
        self._counts["fault"] += 1
        if self._quiet.may("fault", time.monotonic()):
            log.exception("a datagram could not be handled")

    def look_at_stranger(self, address: str, now: float) -> None:
        """Addresses can be invented; lines in the log are bounded."""
        self._counts["stranger"] += 1
        if self._strangers.may(address, now):
            log.warning("a datagram from an unknown address", extra={"address": address})

    def look_at_drop(self, nas: Nas, drop: Drop, at: float) -> None:
        """`at` in unix seconds."""
        if drop.reason in WRONG_SECRET:
            self._worker.alerts.mismatched(nas, at)
        if drop.alert:
            self.alert(nas, drop.reason)

    def look_at_request(self, request: AccessRequest) -> None:
        if request.oddities and any(each.startswith("duplicate:") for each in request.oddities):
            self.alert(request.nas, "duplicate_attributes")

    def look_at_record(self, nas: Nas, record: AccountingRecord, now: float) -> None:
        """Records are kept whatever they say."""
        if record.class_ and is_foreign(record.class_, record.schema):
            self.alert(nas, "foreign_token")
        if record.kind is Kind.ON and not self._restarts.may(nas.address, now):
            self.alert(nas, "restart_flood")
