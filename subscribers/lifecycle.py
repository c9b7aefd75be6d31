"""The life of a service: paused, taken up again, ended, made void. RADIUS refuses what is not active."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from subscribers.models import Service

Status = Service.Status
OVER = frozenset({Status.ENDED, Status.VOID})  # for good


def suspend(service: Service, *, by: Actor, now: datetime) -> Service:
    """Pause: the clock of its validity goes on, nobody connects with it."""
    return _move(service, "pause", Status.SUSPENDED, {Status.ACTIVE}, by, now)


def resume(service: Service, *, by: Actor, now: datetime) -> Service:
    """Let a paused service connect again."""
    return _move(service, "resume", Status.ACTIVE, {Status.SUSPENDED}, by, now)


def end(service: Service, *, by: Actor, now: datetime) -> Service:
    """Finish a service before its time; it stays in every record."""
    return _move(service, "end", Status.ENDED, {Status.ACTIVE, Status.SUSPENDED}, by, now)


def void(service: Service, *, by: Actor, now: datetime) -> Service:
    """Declare that it should never have been used (stolen, printed by mistake)."""
    return _move(service, "void", Status.VOID, {Status.ACTIVE, Status.SUSPENDED}, by, now)


def _move(
    service: Service, verb: str, to: Status, allowed: Collection[Status], by: Actor, now: datetime
) -> Service:
    with transaction.atomic():
        held = Service.objects.select_for_update(of=("self",)).select_related("plan").get(pk=service.pk)
        if held.status == to:
            return held
        if held.status not in allowed:
            raise Refusal("wrong_state", f"{held.label} is {held.status} and cannot be changed to {to}.")
        held.status = to
        held.save(update_fields=["status"])
        record(by, f"service.{verb}", held, now=now)
    return held
