"""Who wants to know of an incident is told: a notice is written with it, and sent by a task of its own."""

from datetime import UTC, datetime

from routers import alerts
from routers.models import Incident
from routers.talks import HARD, SOFT
from tenants.tasks import tenant_task, unit


def _now() -> datetime:
    return datetime.now(UTC)


def tell(changed: list[Incident]) -> None:
    """Write a notice for everybody who wants to know, and ask for their sending."""
    for notice in alerts.notices(changed, now=_now()):
        send_notice.soon(notice.pk)


@tenant_task(enter=False, soft_time_limit=SOFT, time_limit=HARD)
def send_notice(schema: str, notice_id: int) -> None:
    """Send one notice by its channel, once; tries again while the other side does not take it."""
    with unit(schema):
        message = alerts.claim(notice_id, now=_now())
    if message is None:
        return
    trouble = alerts.deliver(message, now=_now())
    with unit(schema):
        wait = alerts.settled(notice_id, trouble, now=_now())
        if wait is not None:
            send_notice.soon(notice_id, countdown=wait.total_seconds())
