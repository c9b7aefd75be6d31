"""What policy knows of a service, of its plan, and of its sessions that are up. Nobody changes these.

A worker remembers a million services, so what all services of a plan share is said once, in `PlanFacts`, and a service
is packed (`radius.packing`): its fields are numbers, texts, octets, tuples and frozensets of those. A new field is
added here and filled in `radius.lookup`, nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass, field


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
    validity_seconds: int | None = None  # from first use
    time_limit_seconds: int | None = None
    data_limit_bytes: int | None = None
    interim_seconds: int = 60


@dataclass(slots=True)
class Facts:
    """All that policy knows of one service. Times in unix seconds; None means 'no such limit'."""

    service_id: int
    label: str  # how the operator calls it: the voucher code or the account name
    kind: str  # 'voucher' | 'account'
    secret: bytes | None = field(repr=False)  # None: the password must equal the user name (vouchers)
    status: str  # 'active' | 'suspended' | 'ended' | 'void'
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
    access: str = "any"  # 'any' | 'hotspot' | 'ppp'
    device: str = ""  # the MAC under which it was found: the device itself is the credential
