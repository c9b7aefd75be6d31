"""Asking routers to end sessions: of one session, or of everybody whose service was made void."""

from collections.abc import Collection
from datetime import datetime

from accounts.journal import Actor
from radius import disconnect
from radius.models import Session


def ask(session: Session, *, by: Actor, now: datetime) -> None:
    """Ask the session's router to end it; its answer appears in the session's disconnect_state."""
    disconnect.ask(session, by=by, now=now)


def online(service_ids: Collection[int]) -> int:
    """How many sessions of these services run now."""
    return Session.objects.filter(service_id__in=service_ids, ended_at=None).count()


def warning(service_id: int) -> str:
    """What a person is told before live sessions of a service are ended; empty when nobody is online."""
    count = online([service_id])
    if not count:
        return ""
    return f" {devices(count)} online with it and will be disconnected."


def devices(count: int) -> str:
    return "1 device is" if count == 1 else f"{count} devices are"


def online_in_batch(batch_id: int, first: int | None = None, last: int | None = None) -> int:
    """How many sessions run with vouchers of a batch, or of a range of its serials."""
    rows = Session.objects.filter(service__voucher__batch_id=batch_id, ended_at=None)
    if first is not None:
        rows = rows.filter(service__voucher__serial__gte=first)
    if last is not None:
        rows = rows.filter(service__voucher__serial__lte=last)
    return rows.count()


def end_sessions_of(service_ids: Collection[int], *, by: Actor, now: datetime) -> int:
    """Ask for the end of every running session of these services; returns how many were asked."""
    return disconnect.end_all(service_ids, by=by, now=now)
