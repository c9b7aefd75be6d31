"""How a subscriber stands: accepted, activated, blocked, unblocked, inactive, ended; services follow by the table."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from subscribers import states
from subscribers.models import Service, Subscriber


@dataclass(frozen=True, slots=True)
class Preview:
    """What a verb would do: to which state, and to how many services what."""

    move: states.Move
    counts: dict[str, int] = field(default_factory=dict)  # status after it: how many become so


def preview(subscriber: Subscriber, verb: str) -> Preview:
    """What `act` would do now. Raises Refusal as it would."""
    move = _move(subscriber, verb)
    counts: Counter[str] = Counter()
    for service in subscriber.services.all():
        after, _held = states.affected(service.status, service.held, move.effect, move.to)
        if after != service.status:
            counts[after] += 1
    return Preview(move, dict(counts))


def act(subscriber: Subscriber, verb: str, *, by: Actor, now: datetime, why: str = "") -> list[int]:
    """Do it; returns the ids of the services that connect no more. Raises Refusal when the table does not know it."""
    with transaction.atomic():
        held = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
        move = _move(held, verb)
        shut = []
        for service in Service.objects.select_for_update().filter(subscriber=held).order_by("pk"):
            before = (service.status, service.held)
            service.status, service.held = states.affected(*before, move.effect, move.to)
            if before != (service.status, service.held):
                service.save(update_fields=["status", "held"])
            if before[0] != service.status:
                record(
                    by, "service.follow", service, now=now, changed=[before[0], service.status], cause=move.to
                )
                if service.status != Service.Status.ACTIVE:
                    shut.append(service.pk)
        held.state = move.to
        held.save(update_fields=["state"])
        facts = {"changed": [move.start, move.to], "services": len(shut)}
        record(by, f"subscriber.{verb}", held, now=now, **facts, **({"why": why[:300]} if why else {}))
    subscriber.state = held.state
    return shut


def _move(subscriber: Subscriber, verb: str) -> states.Move:
    if subscriber.merged_into_id:
        raise Refusal("merged", f"{subscriber.name} was merged into another record. Change that one.")
    return states.move(subscriber.state, verb)


def for_new_service(subscriber: Subscriber | None) -> str:
    """The status with which a new service of theirs begins. Raises Refusal where there can be none."""
    if subscriber is None:
        return Service.Status.ACTIVE
    held = Subscriber.objects.select_for_update().get(pk=subscriber.pk)
    if held.merged_into_id or held.state in {"blocked", "inactive", "ended"}:
        word = "merged into another record" if held.merged_into_id else held.state
        text = f"{held.name} is {word}: a new service needs an active subscriber."
        raise Refusal("subscriber_state", text, field="subscriber")
    return Service.Status.ACTIVE if held.state == held.State.ACTIVE else Service.Status.PENDING
