"""What routers are told beside speed and time, shared in memory by all services that are told the same."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple


@dataclass(frozen=True, slots=True, eq=False)
class Extras:
    """Burst, queue, lists and pools of a plan. One object for one set of values, so that it is told apart by itself.

    Speeds in bits per second; 0 and '' are 'not said'. Made by `extras` only.
    """

    burst_download_bps: int = 0
    burst_upload_bps: int = 0
    burst_threshold_download_bps: int = 0  # 0: the speed itself
    burst_threshold_upload_bps: int = 0
    burst_seconds: int = 0
    priority: int = 8
    guaranteed_download_bps: int = 0
    guaranteed_upload_bps: int = 0
    idle_seconds: int = 0
    address_list: str = ""
    pool: str = ""
    group: str = ""  # of a router's own users


@lru_cache(maxsize=4096)
def extras(**said: int | str) -> Extras:
    """The one object that says this."""
    return Extras(**said)  # type: ignore[arg-type]  # names and values of its fields


PLAIN = extras()


@lru_cache(maxsize=4096)
def calm(told: Extras) -> Extras:
    """The same without burst and guarantee: they would undo a speed that was lowered."""
    return extras(
        priority=told.priority,
        idle_seconds=told.idle_seconds,
        address_list=told.address_list,
        pool=told.pool,
    )


Addresses = tuple[
    str, ...
]  # of one service: IPv4 address, IPv6 prefix, delegated prefix, '' where none; or ()


class Used(NamedTuple):
    """Usage since the day, week and month began that were under way when it was read. Unix seconds, bytes, seconds."""

    day_at: float
    day_bytes: float
    day_seconds: float
    week_at: float
    week_bytes: float
    month_at: float
    month_bytes: float


@dataclass(frozen=True, slots=True)
class Fallback:
    """What the ISP gives instead of a refusal."""

    reason: str
    download_bps: int
    upload_bps: int
    extras: Extras
    seconds: int  # of a session, then the router asks again
    plan_name: str = ""
