"""The agent's rounds for the SSTP hub: the interface is there, routes follow the database, what was blocked is told."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections

from kmikro.lib.hub_rules import Blocked
from tenants import hub
from tenants.hub_kernel import Cannot
from tenants.models import TunnelKind as Kind

log = structlog.get_logger("tenants.sstp_device")
REPORT = timedelta(seconds=5)
WHOLE = timedelta(seconds=60)  # after which routes are looked at even when nothing seems to have changed
RETRY = timedelta(seconds=30)
_NEVER = datetime.min.replace(tzinfo=UTC)


class Device(Protocol):
    """What the rounds need of the machine."""

    def prepare(self) -> None:
        """Interface, firewall, and only then address and up; can be repeated. Raises Cannot."""
        ...

    def sync(self, addresses: Iterable[str]) -> None:
        """Route these addresses and no others to the interface. Raises Cannot."""
        ...

    def blocked(self) -> Blocked | None: ...


class Rounds:
    """Looks of the agent at the SSTP interface; each harmless to repeat. What the hub does says `sstp_hub` itself."""

    def __init__(self, device: Device) -> None:
        self._device = device
        self._ready = False
        self._stamp: hub.Stamp | None = None
        self._written_at = self._reported_at = self._not_before = _NEVER
        self._trouble = ""

    def round(self, now: datetime) -> None:
        """One look at everything; never raises for the database or the kernel."""
        if now < self._not_before:
            return
        trouble = ""
        try:
            self._turn(now)
        except Cannot as cannot:
            trouble, self._ready, self._not_before = str(cannot), False, now + RETRY
        except (DatabaseError, InterfaceError) as error:  # routes stay as they are
            trouble = f"the database does not answer ({type(error).__name__})"
        if trouble != self._trouble:
            self._trouble = trouble
            if trouble:
                log.warning("sstp-device-trouble", why=trouble)
            else:
                log.info("sstp-device-is-well")
        close_old_connections()

    def _turn(self, now: datetime) -> None:
        if not self._ready:
            self._device.prepare()
            self._ready, self._stamp, self._reported_at = True, None, _NEVER
        if now - self._reported_at >= REPORT:
            self._reported_at = now
            blocked = self._device.blocked()
            if blocked is None:  # somebody flushed the ruleset: without it nothing may stay open
                self._device.prepare()
            else:
                for change in hub.report_blocked(blocked.by_address):
                    log.warning(f"tunnel-{change.what}", schema=change.schema, router=change.router_id)
        stamp = hub.stamp(Kind.SSTP)
        if stamp != self._stamp or now - self._written_at >= WHOLE:
            self._device.sync(hub.addresses_by_sstp())
            self._stamp, self._written_at = stamp, now
