"""Counted usage is corrected by rows with a reason; what routers reported is never touched. Undone by a counter row.

A correction belongs to a clock hour and so to its day, week and month. The totals of the service, by which its caps
are judged, have it at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from subscribers import arranging
from subscribers.models import Correction, Service, Usage

LARGEST_BYTES = 10**15
LARGEST_SECONDS = 3600 * 24 * 31
OLDEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Amount:
    """More or, below nothing, less than was counted."""

    upload_bytes: int = 0
    download_bytes: int = 0
    seconds: int = 0

    @property
    def negative(self) -> Amount:
        return Amount(-self.upload_bytes, -self.download_bytes, -self.seconds)


_FIELDS = tuple(Amount.__slots__)
_TOTALS = {"upload_bytes": "upload_bytes", "download_bytes": "download_bytes", "seconds": "seconds_used"}


def correct(
    service: Service, hour: datetime, amount: Amount, why: str, *, by: Actor, now: datetime
) -> Correction:
    """Add to what was counted in an hour, or take off. Raises Refusal with the field that is wrong."""
    at = hour.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    if at > now:
        raise Refusal("future_hour", "This hour has not begun yet.", field="hour")
    if now - at > OLDEST:
        raise Refusal("old_hour", "Corrections reach back one year.", field="hour")
    if not why.strip():
        raise Refusal("no_reason", "Say why it is corrected; it stays on record.", field="why")
    if not any(getattr(amount, name) for name in _FIELDS):
        raise Refusal("nothing", "Say how much more or less was used.", field="download_bytes")
    for name in _FIELDS:
        if abs(getattr(amount, name)) > (LARGEST_SECONDS if name == "seconds" else LARGEST_BYTES):
            raise Refusal("out_of_range", "This is more than anybody uses in an hour.", field=name)
    if amount.upload_bytes or amount.download_bytes:
        if Usage.objects.filter(service=service, hour=at, is_free=True).exists():
            text = (
                "This was a free hour: its data counts for nothing, so there is nothing to correct but time."
            )
            raise Refusal("free_hour", text, field="hour")
    return _write(service, at, amount, why.strip()[:300], None, by, now)


def undo(correction: Correction, *, by: Actor, now: datetime) -> Correction:
    """Counter a correction by another one."""
    if correction.undoes_id is not None:
        raise Refusal("counter_row", "This one undoes another. Correct anew instead.")
    amount = Amount(correction.upload_bytes, correction.download_bytes, correction.seconds).negative
    return _write(
        correction.service, correction.hour, amount, f"Undone: {correction.why}"[:300], correction, by, now
    )


def _write(
    service: Service,
    hour: datetime,
    amount: Amount,
    why: str,
    undoes: Correction | None,
    by: Actor,
    now: datetime,
) -> Correction:
    with transaction.atomic():
        held, owner = arranging.lock(service.pk)
        if undoes is not None and Correction.objects.filter(undoes=undoes).exists():
            raise Refusal("undone", "It was undone already.")
        counts = _counts_now(held, hour)
        _check_not_below_nothing(held, hour, amount, totals=counts)
        made = Correction.objects.create(
            service=held,
            hour=hour,
            upload_bytes=amount.upload_bytes,
            download_bytes=amount.download_bytes,
            seconds=amount.seconds,
            why=why,
            undoes=undoes,
            made_at=now,
            made_by=by.name[:140],
        )
        if counts:
            for name, total in _TOTALS.items():
                setattr(held, total, getattr(held, total) + getattr(amount, name))
        held.save(update_fields=list(_TOTALS.values()))  # RADIUS hears of it in any case
        arranging.wake(held, owner, now)
        facts = {name: getattr(amount, name) for name in _FIELDS if getattr(amount, name)}
        verb = "usage.correct" if undoes is None else "usage.uncorrect"
        record(by, verb, held, now=now, correction=made.pk, hour=hour.isoformat(), why=why, **facts)
    return made


def _counts_now(held: Service, hour: datetime) -> bool:
    """Does the hour belong to what the totals count? A renewal begins them anew."""
    newest = held.periods.filter(undone_at=None).order_by("-id").values_list("made_at", flat=True).first()
    return newest is None or hour + timedelta(hours=1) > newest


def _check_not_below_nothing(held: Service, hour: datetime, amount: Amount, *, totals: bool) -> None:
    """Neither the hour nor the service may count less than nothing."""
    rows = (Usage.objects.filter(service=held, hour=hour), Correction.objects.filter(service=held, hour=hour))
    sums = [each.aggregate(**{name: Sum(name, default=0) for name in _FIELDS}) for each in rows]
    for name in _FIELDS:
        wanted = getattr(amount, name)
        if wanted >= 0:
            continue
        there = sums[0][name] + sums[1][name]
        if there + wanted < 0 or (totals and getattr(held, _TOTALS[name]) + wanted < 0):
            unit = "seconds" if name == "seconds" else "bytes"
            text = f"In this hour {there} {unit} were counted. Take off at most that, or choose another hour."
            raise Refusal("below_nothing", text, field=name)
