"""What is arranged with one service beside its plan: looked at first, made, ended early, undone. Always journalled.

RADIUS hears of it by the table's own trigger; who ends or cuts off what follows is `radius.enforcing`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.journal import Actor, record
from accounts.models import JournalEntry
from kmikro.lib import timetable
from kmikro.lib.refusal import Refusal
from subscribers import arranged, arrangement_checks, queries
from subscribers.arrangement_checks import Wish
from subscribers.models import Arrangement, Service, Subscriber
from tenants import zones

Kind = Arrangement.Kind


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be: the end and the data limit before and after it, and whether it works again because of it."""

    row: Arrangement
    ends_before: datetime | None
    ends_after: datetime | None
    limit_before: int | None = None
    limit_after: int | None = None
    used: int | None = None
    wakes: bool = False


def own_zone() -> ZoneInfo:
    """The ISP's own clock."""
    return zones.own()


def preview(service: Service, wish: Wish, *, now: datetime) -> Preview:
    """What `arrange` would do now. Raises Refusal as it would."""
    row = _row(service, wish, now)
    after = _moved(service, row.moved_seconds)
    before = limit = used = None
    if row.kind == Kind.DATA:
        before, used = _limit(service, row.period, now)
        limit = None if before is None else before + row.octets
    wakes = service.status == Service.Status.ENDED and _would_work(service, row, after, limit, used, now)
    return Preview(row, service.expires_at, after, before, limit, used, wakes)


def arrange(service: Service, wish: Wish, *, by: Actor, now: datetime) -> Arrangement:
    """Make it so. What the clock or its data had ended goes on when it is given more of what it lacked."""
    with transaction.atomic():
        held, owner = lock(service.pk)
        row = _row(held, wish, now)
        row.made_by = by.name[:140]
        row.save()
        _move_end(held, row.moved_seconds)
        woken = wake(held, owner, now)
        facts: dict[str, Any] = {"arrangement": row.pk, **_said(row)}
        if woken:
            facts["works_again"] = True
        record(by, f"arrangement.{row.kind}", held, now=now, **facts)
    return row


def undo(row: Arrangement, *, by: Actor, now: datetime) -> Arrangement:
    """Take back what was arranged, as if it had not been; what has begun of a holiday is only ended (`resume`)."""
    with transaction.atomic():
        held, _owner = lock(row.service_id)
        row = Arrangement.objects.select_for_update().get(pk=row.pk)
        if row.undone_at is not None:
            raise Refusal("undone", "It was undone already.")
        if row.kind != Kind.EXTENSION and row.ends_at is not None and row.ends_at <= now:
            raise Refusal("over", "It is over by itself; there is nothing left to undo.")
        if row.kind == Kind.PAUSE and row.starts_at <= now:
            raise Refusal("running", "This holiday goes on. Resume the service to end it.")
        if held.status == Service.Status.ENDED and row.moved_seconds:
            raise Refusal("wrong_state", f"{held.label} has ended. Its end is not moved any more.")
        row.undone_at, row.undone_by = now, by.name[:140]
        row.save(update_fields=["undone_at", "undone_by"])
        _move_end(held, -row.moved_seconds)
        record(by, "arrangement.undo", held, now=now, arrangement=row.pk, **_said(row))
    return row


def resume(row: Arrangement, *, by: Actor, now: datetime) -> Arrangement:
    """End a holiday that goes on: the clock of the service runs again, and its end comes back by what was left."""
    with transaction.atomic():
        held, _owner = lock(row.service_id)
        row = Arrangement.objects.select_for_update().get(pk=row.pk)
        if row.kind != Kind.PAUSE or row.undone_at is not None:
            raise Refusal("no_holiday", "This is no holiday that could be ended.")
        if row.ends_at is None or row.ends_at <= now:
            raise Refusal("over", "This holiday is over already.")
        if row.starts_at > now:
            raise Refusal("not_begun", "This holiday has not begun. Undo it instead.")
        left = round((row.ends_at - now).total_seconds())
        row.ends_at = now
        if row.moved_seconds:
            row.moved_seconds -= left
            _move_end(held, -left)
        row.save(update_fields=["ends_at", "moved_seconds"])
        record(by, "arrangement.resume", held, now=now, arrangement=row.pk, **_said(row))
    return row


def lock(service_id: int) -> tuple[Service, Subscriber | None]:
    """The service and its owner, held; the owner first, as everywhere."""
    owner = Subscriber.objects.select_for_update(of=("self",)).filter(services=service_id).first()
    held = Service.objects.select_for_update(of=("self",)).select_related("plan").get(pk=service_id)
    return held, owner


def wake(held: Service, owner: Subscriber | None, now: datetime) -> bool:
    """Let it work again when the clock or its data had ended it and neither does any more; a person's end stays."""
    if held.status != Service.Status.ENDED or ended_by_hand(held):
        return False
    if is_over(held, now):
        return False
    if owner is not None and owner.state != Subscriber.State.ACTIVE:
        return False
    held.status = Service.Status.ACTIVE
    held.save(update_fields=["status"])
    return True


def is_over(service: Service, now: datetime) -> bool:
    """Has its clock or its data ended it, whether or not that stands in its status already?"""
    over = queries.run_out(now) | queries.used_up(now)
    return Service.objects.filter(pk=service.pk).filter(over).exists()


def ended_by_hand(service: Service) -> bool:
    """Did a person end it, or its subscriber?"""
    return bool(which_by_hand([service.pk]))


def which_by_hand(services: Collection[int]) -> set[int]:
    """Those of these services that a person ended, or their subscriber."""
    entries = JournalEntry.objects.filter(
        target_kind=Service._meta.label_lower,
        target_id__in=[str(pk) for pk in services],
        verb__in=("service.end", "service.follow"),
    )
    return {
        int(pk)
        for pk, verb, facts in entries.order_by().values_list("target_id", "verb", "facts")
        if verb == "service.end" or (facts.get("changed") or [""])[-1] == Service.Status.ENDED
    }


def _row(service: Service, wish: Wish, now: datetime) -> Arrangement:
    if service.status == Service.Status.VOID:
        raise Refusal("wrong_state", f"{service.label} was made void. Nothing can be arranged for it.")
    if service.status == Service.Status.ENDED:
        if wish.kind not in (Kind.EXTENSION, Kind.DATA):
            raise Refusal("wrong_state", f"{service.label} has ended. Extend it, or add data, first.")
        if ended_by_hand(service):
            raise Refusal("ended_by_hand", f"{service.label} was ended by a person and stays so.")
    return arrangement_checks.row(service, wish, own_zone(), now)


def _moved(service: Service, seconds: int) -> datetime | None:
    return None if service.expires_at is None else service.expires_at + timedelta(seconds=seconds)


def _move_end(held: Service, seconds: int) -> None:
    if seconds and held.expires_at is not None:
        held.expires_at = _moved(held, seconds)
        held.save(update_fields=["expires_at"])


def _limit(service: Service, period: str, now: datetime) -> tuple[int | None, int | None]:
    """The limit that extra data would raise, as it is now, and what is used of it (of the whole service only)."""
    rows = standing(service)
    extra = arranged.extra(rows, period, now.timestamp())
    if period == arranged.TOTAL:
        limit = service.plan.data_limit_bytes
        return (None if limit is None else limit + extra), service.bytes_used
    limits = [each["after_bytes"] for each in service.plan.stages if each["period"] == period]
    if period == timetable.PERIODS[0] and service.plan.daily_data_bytes is not None:
        limits.append(service.plan.daily_data_bytes)
    return (min(limits) + extra if limits else None), None


def standing(service: Service) -> tuple[arranged.Arranged, ...]:
    """What holds or will hold, as `subscribers.arranged` reads it."""
    rows = service.arrangements.filter(undone_at=None).exclude(kind=Kind.EXTENSION)
    return tuple(
        arranged.Arranged(
            each.kind, each.pk, each.starts_at.timestamp(),
            arranged.NEVER if each.ends_at is None else each.ends_at.timestamp(),
            each.octets, each.period, each.download_bps, each.upload_bps,
        )
        for each in rows
    )  # fmt: skip


def _would_work(
    service: Service,
    row: Arrangement,
    after: datetime | None,
    limit: int | None,
    used: int | None,
    now: datetime,
) -> bool:
    if row.kind == Kind.EXTENSION:
        spent = Service.objects.filter(pk=service.pk).filter(queries.used_up(now)).exists()
        return not spent and after is not None and after > now
    ran_out = Service.objects.filter(pk=service.pk).filter(queries.run_out(now)).exists()
    return not ran_out and limit is not None and used is not None and used < limit


def _said(row: Arrangement) -> dict[str, Any]:
    """What the journal keeps of it: plain values."""
    said: dict[str, Any] = {"kind": row.kind, "until": row.ends_at.isoformat() if row.ends_at else None}
    if row.kind == Kind.DATA:
        said |= {"bytes": row.octets, "period": row.period}
    elif row.kind == Kind.SPEED:
        said |= {"download_bps": row.download_bps, "upload_bps": row.upload_bps}
    elif row.kind == Kind.PAUSE:
        said["from"] = row.starts_at.isoformat()
    if row.moved_seconds:
        said["moved_seconds"] = row.moved_seconds
    return said | ({"why": row.why} if row.why else {})
