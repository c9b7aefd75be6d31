"""What stands on the timeline when a router has agreed to slow somebody down by fair use, or to give the speed back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from accounts.journal import SYSTEM, record
from radius import quotas
from radius.known import Facts
from radius.quotas import Meter
from subscribers import arranged
from subscribers.models import Service

SLOWER, RESTORED = "speed.slower", "speed.restored"


def about(facts: Facts, told: str, level: str, now: float, zone: tzinfo) -> dict[str, Any]:
    """The stage that is reached or left, and the bytes of its period; empty where no stage is concerned."""
    stage = _number(level) or _number(told)
    if not stage or told == level:
        return {}
    meter = Meter(
        facts.data_used - facts.upload_used,
        facts.upload_used,
        facts.time_used,
        facts.used,
        arranged.rows_of(facts.arranged),
    )
    limits = quotas.of(facts.plan, meter, now, zone)
    found = next((each for each in limits if (each.what, each.number) == (quotas.STAGE, stage)), None)
    said: dict[str, Any] = {"stage": stage, "changed": [told, level]}
    if found is None:  # the plan has lost that stage
        return said
    return said | {"period": found.period, "bytes": found.used, "of_bytes": found.limit}


def note(
    service_id: int, said: Mapping[str, Any], *, download_bps: int, upload_bps: int, now: datetime
) -> None:
    """Write it down; nothing where no stage is concerned."""
    service = Service.objects.defer("secret").filter(pk=service_id).first() if said else None
    if service is not None:
        verb = SLOWER if _number(said["changed"][1]) else RESTORED
        record(SYSTEM, verb, service, now=now, download_bps=download_bps, upload_bps=upload_bps, **said)


def _number(level: str) -> int:
    """The stage of a level, 0 where it is none."""
    return int(level[1:]) if level[:1] == "s" and level[1:].isdecimal() else 0
