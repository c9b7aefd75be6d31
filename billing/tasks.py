"""Celery's door to billing: long work on vouchers."""

from datetime import UTC, datetime

import structlog
from celery import shared_task
from django.db import DatabaseError, transaction

from billing import expiry, vouchers
from billing.models import Batch
from tenants.tasks import each_isp, tenant_task

log = structlog.get_logger("billing.tasks")


@tenant_task()
def make_batch(batch_id: int) -> None:
    """Make one chunk and ask for the next: each commits by itself, so progress shows and a crash loses little."""
    batch = Batch.objects.get(pk=batch_id)
    try:
        with transaction.atomic():
            more = vouchers.make_chunk(batch, now=datetime.now(UTC))
    except DatabaseError as error:
        log.exception("batch-failed", batch=batch_id)
        vouchers.fail_batch(batch, f"The database did not take it ({type(error).__name__}).")
        return
    if more:
        make_batch.soon(batch_id)


@tenant_task()
def end_unused() -> int:
    """End what was to be used by now."""
    return expiry.end_unused(datetime.now(UTC))


@shared_task(name="billing.tasks.end_unused_everywhere")
def end_unused_everywhere() -> int:
    """Beat: every ISP."""
    return each_isp(end_unused)
