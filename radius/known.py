"""What policy knows of a service, of its plan, and of its sessions that are up. Nobody changes these.

A worker remembers a million services, so what all services of a plan share is said once, in `PlanFacts`, and a service
is packed (`radius.packing`): its fields are numbers, texts, octets, tuples and frozensets of those. A new field is
added here and filled in `radius.lookup`, nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from kmikro.lib.timetable import Window
from kmikro.lib.validity import Validity
from radius.terms import PLAIN, Extras, Fallback
from subscribers.speeds import Timed
from subscribers.stages import Stage


@dataclass(slots=True)
class Live:
    """A session believed to be up now."""

    session_id: str
    mac: str
    router_id: int
    started_at: float


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """What policy knows of a plan: one object in memory for all its services. None means 'no such limit'."""

    plan_id: int
    name: str
    devices: int  # at once; 0 = any number
    download_bps: int  # 0 = unlimited
    upload_bps: int
    validity: Validity | None = None  # from first use
    time_limit_seconds: int | None = None
    data_limit_bytes: int | None = None
    interim_seconds: int = 60
    interim_jitter: int = 0  # seconds; each service has its own part of them
    grace_seconds: int = 0
    upload_limit_bytes: int | None = None
    download_limit_bytes: int | None = None
    daily_data_bytes: int | None = None
    daily_seconds: int | None = None
    windows: tuple[Window, ...] = ()
    stages: tuple[Stage, ...] = ()
    speeds: tuple[Timed, ...] = ()  # by the hour
    free: tuple[Window, ...] = ()  # hours whose data counts for nothing
    lock: str = ""  # to a device: 'first' | 'list'
    sites: frozenset[int] | None = None  # router ids; None = everywhere
    extras: Extras = PLAIN
    instead: tuple[Fallback, ...] = ()  # of a refusal, before what the ISP gives to all

    @property
    def counts(self) -> bool:
        """Does it depend on what was used of a day, week or month?"""
        return self.daily_data_bytes is not None or self.daily_seconds is not None or bool(self.stages)


@dataclass(slots=True)
class Facts:
    """All that policy knows of one service. Times in unix seconds; None means 'no such limit'."""

    service_id: int
    label: str  # how the operator calls it: the voucher code or the account name
    kind: str  # 'voucher' | 'account' | 'login', to routers themselves
    secret: bytes | None = field(repr=False)  # None: the password must equal the user name (vouchers)
    status: str  # 'pending' | 'active' | 'suspended' | 'ended' | 'void'
    starts_from_first_use: bool
    first_used_at: float | None
    expires_at: float | None
    time_used: int
    data_used: int
    live: tuple[Live, ...]
    plan: PlanFacts
    sites: frozenset[int] | None = None  # router ids it may be used at; None = everywhere
    nt_hash: bytes | None = field(
        default=None, repr=False
    )  # of the secret; None: derived when it is asked for
    access: str = "any"  # 'any' | 'hotspot' | 'ppp' | 'dhcp'
    device: str = ""  # the MAC under which it was found: the device itself is the credential
    grace_seconds: int | None = None  # None: the plan's
    upload_used: int = 0  # of data_used
    used: tuple[float, ...] = ()  # radius.terms.Used of this day, week and month, where the plan asks for it
    bound_mac: str = ""
    macs: frozenset[str] = frozenset()  # its device list, where the plan locks to it
    language: str = ""  # the subscriber's; '' is the ISP's
    addresses: tuple[str, ...] = ()  # radius.terms.Addresses
    arranged: tuple[
        tuple[float | str, ...], ...
    ] = ()  # subscribers.arranged.Arranged, what holds or will hold
    group: str = ""  # of a router's users, when the kind is 'login'
