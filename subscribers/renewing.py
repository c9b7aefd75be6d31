"""Renewing an account: looked at first, done once however often it is asked for, and taken back as if it had not been.

The counters of a service are those of its period: a renewal keeps what was used before and counts from nothing. What
comes along of the data is extra data, seen as such; RADIUS hears of all of it by the triggers of the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from subscribers import arranged, arranging, periods, sale
from subscribers.arranging import own_zone
from subscribers.models import Arrangement, Period, Service
from subscribers.periods import Term

CARRIED = "Carried over from the period before"
COUNTERS = ("upload_bytes", "download_bytes", "seconds_used")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a renewal would do: from when to when, for how much, and what comes along of the data or is lost."""

    begins_at: datetime
    ends_at: datetime | None
    ended_before: datetime | None
    price_minor: int
    currency: str
    carried_bytes: int
    lost_bytes: int
    lost_seconds: int
    wakes: bool
    after: int  # the period that it follows, 0 for none: `renew` wants it back


def preview(service: Service, *, now: datetime) -> Preview:
    """What `renew` would do now. Raises Refusal as it would."""
    _check(service, now)
    last = newest(service)
    return _planned(service, last, now)[0]


def newest(service: Service) -> Period | None:
    """The period that counts, None for a service that was never renewed."""
    return service.periods.filter(undone_at=None).first()


def renew(service: Service, *, by: Actor, now: datetime, after: int | None = None) -> Period:
    """Renew by one term of its plan. Raises Refusal; also when `after` is given and another renewal came meanwhile."""
    with transaction.atomic():
        held, owner = arranging.lock(service.pk)
        last = newest(held)
        if after is not None and after != (last.pk if last else 0):
            until = f" until {last.ends_at:%d %b %Y}" if last and last.ends_at else ""
            text = f"{held.label} was renewed{until} meanwhile. Look at it before you renew it once more."
            raise Refusal("renewed_meanwhile", text)
        _check(held, now)
        planned, term = _planned(held, last, now)
        made = Period(
            service=held,
            plan=held.plan,
            price_minor=planned.price_minor,
            currency=planned.currency,
            begins_at=planned.begins_at,
            ends_at=planned.ends_at,
            ended_before=planned.ended_before,
            anchor_at=_moment(term.anchor),
            nth=term.nth,
            carried_bytes=planned.carried_bytes,
            closed=_close_extras(held, now),
            made_at=now,
            made_by=by.name[:140],
            **{name: getattr(held, name) for name in COUNTERS},
        )
        made.carry = _carry(held, planned.carried_bytes, by, now)
        made.save()
        held.expires_at = planned.ends_at
        for name in COUNTERS:
            setattr(held, name, 0)
        held.save(update_fields=["expires_at", *COUNTERS])
        arranging.wake(held, owner, now)
        record(
            by, "renewal.make", held, now=now, period=made.pk, price_minor=made.price_minor, currency=made.currency,
            until=made.ends_at.isoformat() if made.ends_at else None, carried_bytes=made.carried_bytes,
        )  # fmt: skip
    return made


def undo(period: Period, *, by: Actor, now: datetime) -> Period:
    """Take the newest renewal back: the end, what was used and what was carried are as before, and count on."""
    with transaction.atomic():
        held, _owner = arranging.lock(period.service_id)
        row = Period.objects.select_for_update(of=("self",)).get(pk=period.pk)
        if row.undone_at is not None:
            raise Refusal("undone", "This renewal was undone already.")
        last = newest(held)
        if last is None or last.pk != row.pk:
            raise Refusal("not_newest", "A newer renewal follows on this one. Undo that one first.")
        if held.status == Service.Status.VOID:
            raise Refusal("wrong_state", f"{held.label} was made void. Nothing is undone for it.")
        for name in COUNTERS:
            setattr(held, name, getattr(held, name) + getattr(row, name))
        moved = held.expires_at - row.ends_at if held.expires_at and row.ends_at else None
        held.expires_at = (
            row.ended_before + moved if row.ended_before and moved is not None else row.ended_before
        )
        held.save(update_fields=["expires_at", *COUNTERS])
        for number, ends_at in row.closed:
            Arrangement.objects.filter(pk=number).update(ends_at=ends_at and datetime.fromisoformat(ends_at))
        if row.carry_id is not None:
            Arrangement.objects.filter(pk=row.carry_id).update(undone_at=now, undone_by=by.name[:140])
        row.undone_at, row.undone_by = now, by.name[:140]
        row.save(update_fields=["undone_at", "undone_by"])
        record(by, "renewal.undo", held, now=now, period=row.pk)
    return row


def _check(service: Service, now: datetime) -> None:
    if service.kind != Service.Kind.ACCOUNT:
        raise Refusal("no_renewal", "A voucher is sold once. Sell another one, or open an account.")
    if service.status in {Service.Status.VOID, Service.Status.PENDING}:
        raise Refusal("wrong_state", f"{service.label} is {service.status} and cannot be renewed.")
    if service.status == Service.Status.ENDED and arranging.ended_by_hand(service):
        raise Refusal(
            "ended_by_hand", f"{service.label} was ended by a person and stays so. Open a new account."
        )
    plan = service.plan
    if plan.validity is None and plan.data_limit_bytes is None and plan.time_limit_seconds is None:
        text = (
            f"{plan.name} has no end, and no data or time that could be used up: there is nothing to renew."
        )
        raise Refusal("nothing_to_renew", text)
    sale.check(plan, service.subscriber, now=now)


def _planned(service: Service, last: Period | None, now: datetime) -> tuple[Preview, Term]:
    plan, at, zone = service.plan, now.timestamp(), own_zone()
    ends = None if service.expires_at is None else service.expires_at.timestamp()
    if last is None:
        before = periods.first(service.made_at.timestamp(), ends, plan.validity, zone)
    else:
        until = None if last.ends_at is None else last.ends_at.timestamp()
        before = Term(last.begins_at.timestamp(), until, last.anchor_at.timestamp(), last.nth)
    try:
        term = periods.following(before, ends, at, plan.validity, zone)
    except OverflowError:
        raise Refusal("far_end", f"{service.label} would end beyond the calendar.") from None
    runs = ends is None or ends > at
    extra = arranged.extra(arranging.standing(service), arranged.TOTAL, at)
    limit = plan.data_limit_bytes
    comes = periods.carried(
        limit, extra, service.bytes_used, runs=runs, rule=plan.carry, most=plan.carry_limit_bytes
    )
    left = max(0, limit + extra - service.bytes_used) if limit is not None and runs else comes
    spare = plan.time_limit_seconds
    planned = Preview(
        begins_at=_moment(term.begins),
        ends_at=None if term.ends is None else _moment(term.ends),
        ended_before=service.expires_at,
        price_minor=plan.price_minor,
        currency=plan.currency,
        carried_bytes=comes,
        lost_bytes=left - comes,
        lost_seconds=max(0, spare - service.seconds_used) if spare is not None and runs else 0,
        wakes=service.status == Service.Status.ENDED or arranging.is_over(service, now),
        after=last.pk if last else 0,
    )
    return planned, term


def _close_extras(held: Service, now: datetime) -> list[list[int | str | None]]:
    """Extra data of the period before goes with it; which rows, and when each would have ended."""
    rows = held.arrangements.filter(
        Q(ends_at=None) | Q(ends_at__gt=now), undone_at=None, starts_at__lte=now, kind=Arrangement.Kind.DATA,
        period=Arrangement.Period.TOTAL,
    )  # fmt: skip
    closed = [[each.pk, each.ends_at.isoformat() if each.ends_at else None] for each in rows]
    rows.update(ends_at=now)
    return closed


def _carry(held: Service, octets: int, by: Actor, now: datetime) -> Arrangement | None:
    if not octets:
        return None
    return Arrangement.objects.create(
        service=held, kind=Arrangement.Kind.DATA, period=Arrangement.Period.TOTAL, octets=octets, starts_at=now,
        why=CARRIED, made_at=now, made_by=by.name[:140],
    )  # fmt: skip


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
