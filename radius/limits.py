"""What follows from usage: a service that is spent or over ends, and its live sessions are disconnected."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from accounts.journal import SYSTEM
from radius import disconnect, enforcing
from radius.models import Session
from subscribers.models import Service

AGAIN = enforcing.AGAIN


def over(now: datetime) -> Q:
    """Services whose time, data or validity is used up."""
    return (
        _run_out(now)
        | Q(plan__time_limit_seconds__lte=F("seconds_used"))
        | Q(plan__data_limit_bytes__lte=F("upload_bytes") + F("download_bytes"))
        | Q(plan__upload_limit_bytes__lte=F("upload_bytes"))
        | Q(plan__download_limit_bytes__lte=F("download_bytes"))
    )


def _run_out(now: datetime) -> Q:
    """Services whose validity is over, and the grace after it, which is their own or their plan's."""
    second = Value(timedelta(seconds=1), output_field=DurationField())
    grace = Coalesce(F("grace_seconds"), F("plan__grace_seconds")) * second
    last = ExpressionWrapper(Value(now, output_field=DateTimeField()) - grace, output_field=DateTimeField())
    return Q(expires_at__lte=now) & Q(expires_at__lte=last)  # the first has an index


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
    return _end(Service.objects.filter(_run_out(now)))


def _end(services: QuerySet[Service]) -> int:
    ids = list(services.filter(status=Service.Status.ACTIVE).values_list("pk", flat=True))
    if not ids:
        return 0
    return Service.objects.filter(pk__in=ids, status=Service.Status.ACTIVE).update(
        status=Service.Status.ENDED
    )


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
