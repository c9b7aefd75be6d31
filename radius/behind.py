"""What stands behind the sockets of one worker process, made after the fork."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from psycopg2.extensions import connection as Line

from radius import database
from radius.directory import LiveDirectory
from radius.eap.identity import Identity
from radius.events import Nas
from radius.facts import LiveFacts
from radius.listener import Listener
from radius.metrics import MeteredStore, Teller
from radius.mismatches import Mismatches
from radius.posts import Post
from radius.preloader import Preloader
from radius.refresher import Refresher
from radius.store import LiveStore
from radius.tracing import Tracing

log = logging.getLogger("radius.alerts")


class Unready(Exception):
    """This worker must not take the place of the one before it."""


class LiveAlerts:
    """Alarms for the operator, to the log with tenant and router; wrong secrets to the router's page too."""

    def __init__(self, mismatches: Mismatches) -> None:
        self._mismatches = mismatches

    def raised(self, nas: Nas, code: str, at: float) -> None:
        moment = datetime.fromtimestamp(at, UTC).isoformat()
        log.warning(code, extra={"tenant": nas.schema, "router": nas.router_id, "at": moment})

    def mismatched(self, nas: Nas, at: float) -> None:
        if nas.schema:  # our own health probe belongs to nobody
            self._mismatches.count(nas, at)


class LiveWorker:
    """Directory, facts, store and alerts over the real database; keeps `radius.ports.Worker`."""

    def __init__(self, folder: Path | None = None, directory: LiveDirectory | None = None) -> None:
        self._patience = database.Patience()
        self.directory = directory or LiveDirectory()
        self.wifi = Identity()
        self.facts = LiveFacts(patience=self._patience, most=settings.RADIUS_FACTS)
        self.store = MeteredStore(
            LiveStore(folder or settings.STATE_DIR / "spool", self.facts, self._patience)
        )
        self.teller = Teller(settings.STATE_DIR / "metrics", self.store.told)
        self._mismatches = Mismatches(self._patience)
        self.alerts = LiveAlerts(self._mismatches)
        self._refresher = Refresher(self.facts, self._patience)
        self._preloader = Preloader(self.facts, self._patience)
        self._usual: dict[str, Any] | None = None
        self._is_told = False
        self.tracing = Tracing(self._patience)
        self._listener = Listener(self.facts, self._refresh, self._patience)

    def start_at(self, post: Post) -> None:
        """Start before the ports are opened. Raises `Unready` when another serves who knows more than we can."""
        self.start()
        if post.replaces and not self._is_told:
            self.close(1.0)
            raise Unready("the database does not answer, and the worker before this one remembers")

    def start(self) -> None:
        """Start from the thread that will call `facts.of`. Without a database we start too, knowing nobody."""
        if self._usual is not None:
            return
        self._usual = database.hasten()
        self.store.start()
        self._refresher.start()
        self._preloader.start()
        self._mismatches.start()
        self.tracing.start()
        self.teller.start()
        self._is_told = self._listener.start(wait=5.0)

    def _refresh(self, line: Line) -> None:
        """Read anew what is told on the channel of routes."""
        self.directory.refresh(line)
        self.tracing.refresh()
        if not self.directory.has_wifi:
            return
        try:
            self.wifi.refresh()
        except Exception:  # Wi-Fi goes on with the certificate that it has; all else must not depend on one
            log.exception("the certificate for Wi-Fi could not be read")

    def close(self, timeout: float) -> None:
        self.store.close(timeout)
        self._listener.close()
        self._refresher.close()
        self._preloader.close()
        self._mismatches.close(1.0)
        self.tracing.close(1.0)
        self.teller.close()
        self._patience.close()
        connection.close()
        if self._usual is not None:
            connection.settings_dict = self._usual
