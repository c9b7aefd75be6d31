"""What follows from usage: a service that is spent or over ends, and its live sessions are disconnected."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.journal import SYSTEM
from radius import disconnect, enforcing
from radius.models import Session
from subscribers import queries
from subscribers.models import Service

AGAIN = enforcing.AGAIN


def over(now: datetime) -> Q:
    """Services whose time, data or validity is used up."""
    return queries.run_out(now) | queries.used_up(now)


def _of(services: Collection[int] | None) -> QuerySet[Service]:
    """These services, or all; thousands of ids are one array to PostgreSQL, not thousands of parameters."""
    if services is None:
        return Service.objects.all()
    return Service.objects.extra(where=["subscribers_service.id = ANY(%s)"], params=[list(services)])


def end(services: Collection[int] | None, now: datetime) -> int:
    """End what is over, of these services or of all; the workers hear of it from the services' own trigger."""
    return _end(_of(services).filter(over(now)))


def end_by_clock(now: datetime) -> int:
    """End what the clock alone has ended; cheap however many services there are."""
    return _end(Service.objects.filter(queries.run_out(now)))


def _end(services: QuerySet[Service]) -> int:
    """Looked at once more when the rows are held: meanwhile somebody may have renewed, extended or added data."""
    active = services.filter(status=Service.Status.ACTIVE)
    ids = list(active.values_list("pk", flat=True))
    if not ids:
        return 0
    with transaction.atomic():
        list(Service.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
        over_still = list(active.filter(pk__in=ids).values_list("pk", flat=True))
        return Service.objects.filter(pk__in=over_still).update(status=Service.Status.ENDED)


def enforce(services: Collection[int] | None, now: datetime) -> int:
    """End what is over and bring its live sessions to their end, or to what the ISP gives instead.

    `services` narrows it to those just touched; None means all. Returns how many were asked to disconnect. Everything
    else that changes while people are online is found by `radius.enforcer`.
    """
    if services is not None and not services:
        return 0
    end(services, now)
    over_now = _of(services).exclude(status=Service.Status.ACTIVE)
    if services is None:
        return enforcing.settle(Session.objects.filter(service__in=over_now), now)
    ids = list(over_now.values_list("pk", flat=True))
    return enforcing.settle(Session.objects.filter(service__in=ids), now) if ids else 0


def repeat(now: datetime) -> int:
    """Ask again where nobody went to the router (the broker was away, a worker died)."""
    forgotten = Session.objects.filter(
        ended_at=None,
        disconnect_state__in=(disconnect.ASKED, disconnect.BACK, disconnect.REMOVING),
        disconnect_at__lte=now - AGAIN,
    )
    wanted = list(forgotten)
    for session in wanted:
        disconnect.ask(session, by=SYSTEM, now=now)
    return len(wanted)
