"""Celery's door to billing: long work on vouchers."""

from datetime import UTC, datetime

import structlog
from django.db import DatabaseError, transaction

from billing import vouchers
from billing.models import Batch
from tenants.tasks import tenant_task

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
