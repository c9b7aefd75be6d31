"""The journal of what people and the system did."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from accounts.models import JournalEntry, User


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an operator, an API token or the system, and from where."""

    id: int | None
    name: str
    address: str | None = None


SYSTEM = Actor(None, "K-Mikro")
# What an account page shows of a person: where they came in.
SIGN_INS = ("person.signed_in", "person.password_changed", "person.password_reset", "person.joined")


def person(user: User, address: str | None = None) -> Actor:
    return Actor(user.pk, user.name, address or None)


def record(actor: Actor, verb: str, target: models.Model, *, now: datetime, **facts: Any) -> None:
    """Append one line; facts must be JSON values without secrets."""
    JournalEntry.objects.create(
        at=now,
        actor_id=actor.id,
        actor=actor.name[:140],
        verb=verb,
        target_kind=target._meta.label_lower,
        target_id=str(target.pk),
        target=str(target)[:200],
        facts=facts,
        address=actor.address,
    )
