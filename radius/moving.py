"""A pass goes with its holder: another device, or the same one with another MAC, takes the place of the one before.

Who knows the code has the pass; a MAC is only a hint. So that a pass is not shared around a house, it moves a number of
times a day, which its plan says. Moves stand in the journal and are counted there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from django.db import transaction

from accounts.journal import Actor, record
from accounts.models import JournalEntry
from kmikro.lib import timetable
from kmikro.lib.refusal import Refusal
from radius import disconnect
from radius.gather import own_zone
from radius.models import Session
from subscribers.models import Plan, Service

VERB = "device.move"
PATIENCE = timedelta(seconds=15)  # for a router to end the session of the device before
_MUTE = (disconnect.SILENT, disconnect.REFUSED)


class Standing(StrEnum):
    """Whether a device may use the pass now."""

    FREE = "free"
    TAKEN = "taken"  # by others; it can be moved here
    LEAVING = "leaving"  # the others are being signed out
    FIXED = "fixed"  # for listed devices only: an operator lists them


@dataclass(frozen=True, slots=True)
class Look:
    """How a pass stands for one device. `others` are the sessions in its way, oldest first; `left` moves of today."""

    standing: Standing
    others: Sequence[Session] = ()
    left: int = 0


def look(service: Service, mac: str, *, now: datetime) -> Look:
    """How it stands; changes nothing."""
    plan, live = service.plan, _others(service, mac)
    if plan.lock == Plan.Lock.LIST:
        listed = service.devices.filter(mac=mac).exists()
        return Look(Standing.FREE if listed else Standing.FIXED)
    bound = plan.lock == Plan.Lock.FIRST and service.bound_mac not in ("", mac)
    over = len(live) - plan.devices + 1 if plan.devices else 0
    if not bound and over <= 0:
        return Look(Standing.FREE)
    in_the_way = live if bound else live[:over]
    left = max(0, plan.moves_a_day - _moves_today(service, now))
    moved = not bound and all(_is_leaving(each, now) for each in in_the_way)
    return Look(Standing.LEAVING if moved else Standing.TAKEN, in_the_way, left)


def move(service: Service, mac: str, *, by: Actor, now: datetime) -> Look:
    """Give the pass to this device and sign the ones in its way out. Raises Refusal when it moved too often today.

    What is free already, or on its way, stays as it is and counts for nothing.
    """
    with transaction.atomic():
        held = Service.objects.select_for_update().get(pk=service.pk)
        found = look(held, mac, now=now)
        if found.standing is Standing.FIXED:
            raise Refusal("fixed", "This pass is for the devices on its list. Ask who sold it.")
        if found.standing is not Standing.TAKEN:
            return found
        if not found.left:
            raise Refusal("moved_too_often", _too_often(held.plan.moves_a_day))
        before = held.bound_mac or (found.others[0].mac if found.others else "")
        if held.plan.lock == Plan.Lock.FIRST:
            held.bound_mac = mac
            held.save(update_fields=["bound_mac"])
        record(by, VERB, held, now=now, mac=mac, before=before)
        for each in found.others:
            disconnect.ask(each, by=by, now=now)
    return look(held, mac, now=now)


def give_up(found: Look, *, now: datetime) -> bool:
    """Take for ended what a router will not end or has not ended in time; True when nothing is in the way any more."""
    waiting = False
    for each in found.others:
        if each.disconnect_state in _MUTE or now - (each.disconnect_at or now) > PATIENCE:
            with transaction.atomic():
                disconnect.close(each.pk)
        else:
            waiting = True
    return not waiting


def _others(service: Service, mac: str) -> list[Session]:
    return list(
        Session.objects.filter(service=service, ended_at=None).exclude(mac=mac).order_by("started_at")
    )


def _is_leaving(session: Session, now: datetime) -> bool:
    asked = session.disconnect_at
    return bool(session.disconnect_state) and asked is not None and now - asked < disconnect.EPISODE


def _moves_today(service: Service, now: datetime) -> int:
    zone = own_zone(now.timestamp())
    midnight = datetime.fromtimestamp(timetable.period("day", now.timestamp(), zone)[0], UTC)
    moves = JournalEntry.objects.filter(target_kind=Service._meta.label_lower, target_id=str(service.pk))
    return moves.filter(verb=VERB, at__gte=midnight).count()


def _too_often(allowed: int) -> str:
    if not allowed:
        return "This pass stays on the device that it was first used with. Ask who sold it."
    times = "once" if allowed == 1 else f"{allowed} times"
    return f"This pass can move {times} a day, and it has. Use the device before, or come back tomorrow."
