"""What follows from usage: a service that is spent or over ends, and its live sessions are disconnected."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from accounts.journal import SYSTEM
from radius import disconnect
from radius.models import Session
from subscribers.models import Service

AGAIN = timedelta(seconds=60)  # until a disconnect that was not followed by a Stop is asked for again


def over(now: datetime) -> Q:
    """Services whose time, data or validity is used up."""
    return (
        Q(expires_at__lte=now)
        | Q(plan__time_limit_seconds__lte=F("seconds_used"))
        | Q(plan__data_limit_bytes__lte=F("upload_bytes") + F("download_bytes"))
    )


def _of(services: Collection[int] | None) -> QuerySet[Service]:
    """These services, or all; thousands of ids are one array to PostgreSQL, not thousands of parameters."""
    if services is None:
        return Service.objects.all()
    return Service.objects.extra(where=["subscribers_service.id = ANY(%s)"], params=[list(services)])


def enforce(services: Collection[int] | None, now: datetime) -> int:
    """End what is over and ask for the disconnect of its live sessions; returns how many were asked.

    `services` narrows it to those just touched; None means all. The workers hear of an ended service from its
    own trigger.
    """
    spent = _of(services).filter(over(now), status=Service.Status.ACTIVE)
    ids = list(spent.values_list("pk", flat=True))
    if ids:
        Service.objects.filter(pk__in=ids, status=Service.Status.ACTIVE).update(status=Service.Status.ENDED)
    live = Session.objects.filter(ended_at=None, service__isnull=False)
    live = live.filter(Q(disconnect_state="") | Q(disconnect_at__lte=now - AGAIN))
    if services is None:
        live = live.exclude(service__status=Service.Status.ACTIVE)
    else:
        over_now = list(_of(services).exclude(status=Service.Status.ACTIVE).values_list("pk", flat=True))
        if not over_now:
            return 0
        live = live.filter(service_id__in=over_now)
    wanted = list(live)
    for session in wanted:
        disconnect.ask(session, by=SYSTEM, now=now)
    return len(wanted)


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
