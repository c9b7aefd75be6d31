"""Ends vouchers that nobody has used until the last day of their batch. Who has begun goes on for what was sold."""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.journal import SYSTEM, record
from billing.models import Batch
from subscribers.models import Service

LOOKED_AT = timedelta(days=30)  # after the day; whoever is swept later was made late
_WAITING = (Service.Status.PENDING, Service.Status.ACTIVE, Service.Status.SUSPENDED)


def end_unused(now: datetime) -> int:
    """End what was to be used by now; gives how many vouchers that were."""
    due = Batch.objects.filter(
        use_by__lte=now,
        use_by__gt=now - LOOKED_AT,
        state__in=[Batch.State.READY, Batch.State.FAILED],
        vouchers__service__status__in=_WAITING,
        vouchers__service__first_used_at=None,
    )
    return sum(_end(batch, now) for batch in due.order_by("pk").distinct())


def _end(batch: Batch, now: datetime) -> int:
    with transaction.atomic():
        # A first use that comes at the same moment is either before (and the row is left alone) or finds it ended.
        waiting = Service.objects.select_for_update().filter(
            voucher__batch=batch, status__in=_WAITING, first_used_at=None
        )
        ids = list(waiting.order_by("pk").values_list("pk", flat=True))
        Service.objects.filter(pk__in=ids).update(status=Service.Status.ENDED, held="")
        if ids:
            record(SYSTEM, "batch.use_by", batch, now=now, vouchers=len(ids))
    return len(ids)
