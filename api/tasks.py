"""Celery's door to the API: forgetting."""

from datetime import UTC, datetime

from celery import shared_task

from api import idempotency
from tenants.tasks import each_isp, tenant_task


@tenant_task()
def purge_replies() -> int:
    """Forget what answers to Idempotency-Keys are older than 30 days."""
    return idempotency.purge(now=datetime.now(UTC))


@shared_task(name="api.tasks.purge_replies_everywhere")
def purge_replies_everywhere() -> int:
    """Beat: every ISP."""
    return each_isp(purge_replies)
