"""What the RADIUS server needs of the world, as small protocols that the real ones and the fakes both keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from radius.eap.tunnel import Tunnel
from radius.events import Accept, AccessRequest, AccountingRecord, Nas, Reject
from radius.known import Facts
from radius.terms import Fallback

Done = Callable[[bool], None]
Begins = tuple[float, float | None]  # first use and end of a service, in unix seconds


class Unavailable(Exception):
    """The truth cannot be read now: there is no reply, never an Accept."""


class Busy(Unavailable):
    """The tables of one ISP do not answer in time, perhaps because somebody holds a lock; those of others may."""


class Directory(Protocol):
    """Which router is behind a source address. In memory; called for every datagram."""

    def get(self, address: str) -> Nas | None: ...


class FactsSource(Protocol):
    """What is known of a user name of one ISP. In memory; a miss may cost one short select."""

    def of(self, schema: str, username: bytes) -> Facts | None:
        """The facts, None for 'no such user', or raise `Unavailable`."""
        ...

    def instead(self, schema: str) -> Mapping[str, Fallback]:
        """What the ISP gives instead of refusals, by reason; or raise `Unavailable`."""
        ...


class Store(Protocol):
    """Where outcomes go. Every call returns at once; `done` may be called from any thread, exactly once."""

    def attempt(self, request: AccessRequest, verdict: Accept | Reject, at: float, microseconds: int) -> None:
        """Keep an attempt with its rule trace and how long it took; may lag, may be shed under overload."""
        ...

    def record(self, record: AccountingRecord, done: Done) -> bool:
        """Make a record durable, then call `done(True)`; `done(False)` when it could not be.

        Returns False, and never calls `done`, when the queue is full.
        """
        ...

    def start_clock(
        self, schema: str, service_id: int, begins: Begins | None, done: Done, binds: str = ""
    ) -> bool:
        """Start the clock of a service at its first Accept, and bind it to the MAC `binds`; None and '': neither.

        Idempotent; done(False) when it is bound to another device by then. Same contract as `record`.
        """
        ...


class Alerts(Protocol):
    """Where alarms for the operator go (a forged-looking packet, a wrong secret); already rate-limited."""

    def raised(self, nas: Nas, code: str, at: float) -> None: ...

    def mismatched(self, nas: Nas, at: float) -> None:
        """Count a packet of a known router that was signed with another secret; never rate-limited."""
        ...


class TunnelDoor(Protocol):
    """Where tunnels for Wi-Fi are made."""

    def __call__(self) -> Callable[[], Tunnel] | None:
        """What makes tunnels with the certificate of now; None while there is none."""
        ...


class Worker(Protocol):
    """The collaborators of one worker process, made after the fork and closed on drain."""

    @property
    def directory(self) -> Directory: ...

    @property
    def facts(self) -> FactsSource: ...

    @property
    def store(self) -> Store: ...

    @property
    def alerts(self) -> Alerts: ...

    @property
    def wifi(self) -> TunnelDoor: ...

    def start(self) -> None: ...

    def close(self, timeout: float) -> None:
        """Flush what waits; every pending `done` is called before this returns."""
        ...
