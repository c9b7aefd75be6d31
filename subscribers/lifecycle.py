"""The life of a service: switched on, paused, taken up again, ended, made void. RADIUS refuses what is not active.

Which verb does something in which state stands in `subscribers.states`.
"""

from datetime import datetime

from django.db import transaction

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from subscribers import states
from subscribers.models import Service, Subscriber

Status = Service.Status
OVER = frozenset({Status.ENDED, Status.VOID})  # for good


def activate(service: Service, *, by: Actor, now: datetime) -> Service:
    """Switch on what was agreed."""
    return _move(service, "activate", Status.ACTIVE, by, now)


def suspend(service: Service, *, by: Actor, now: datetime) -> Service:
    """Pause: the clock of its validity goes on, nobody connects with it."""
    return _move(service, "pause", Status.SUSPENDED, by, now)


def resume(service: Service, *, by: Actor, now: datetime) -> Service:
    """Let a paused service connect again."""
    return _move(service, "resume", Status.ACTIVE, by, now)


def end(service: Service, *, by: Actor, now: datetime) -> Service:
    """Finish a service before its time; it stays in every record."""
    return _move(service, "end", Status.ENDED, by, now)


def void(service: Service, *, by: Actor, now: datetime) -> Service:
    """Declare that it should never have been used (stolen, printed by mistake)."""
    return _move(service, "void", Status.VOID, by, now)


def _move(service: Service, verb: str, to: Status, by: Actor, now: datetime) -> Service:
    with transaction.atomic():
        # The subscriber first, as standing.act does: a service is never switched on while its owner is being blocked.
        owner = Subscriber.objects.select_for_update(of=("self",)).filter(services=service.pk).first()
        held = Service.objects.select_for_update(of=("self",)).select_related("plan").get(pk=service.pk)
        if held.status == to:
            return held
        if to == Status.ACTIVE and owner is not None and owner.state != owner.State.ACTIVE:
            text = f"{owner.name} is {owner.state}. Change that first; {held.label} follows."
            raise Refusal("subscriber_state", text)
        if held.status not in states.starts_of(verb):
            raise Refusal("wrong_state", f"{held.label} is {held.status} and cannot be changed to {to}.")
        held.status, held.held = to, ""
        held.save(update_fields=["status", "held"])
        record(by, f"service.{verb}", held, now=now)
    return held
