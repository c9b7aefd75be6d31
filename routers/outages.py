"""Outages: from the first missed answer to the next answer, with who was online; credits will be drawn from them."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from routers.models import Outage, Router, Watch

STATES = ("running", "over")


def begin(router: Router, watch: Watch, *, cause: str, now: datetime) -> Outage:
    """The router was lost; one outage at a time."""
    outage, _made = Outage.objects.get_or_create(
        router=router,
        ended_at=None,
        defaults={
            "name": router.name[:60],
            "started_at": watch.missed_since or now,
            "noticed_at": now,
            "sessions": (watch.ppp or 0) + (watch.hotspot or 0),
            "cause": cause[:300],
        },
    )
    return outage


def end(router: Router, *, rebooted_at: datetime | None, now: datetime) -> Outage | None:
    """The router answers again; a boot that lies inside the outage says what kind it was."""
    outage = Outage.objects.filter(router=router, ended_at=None).first()
    if outage is None:
        return None
    outage.ended_at = now
    if rebooted_at is not None and rebooted_at >= outage.started_at - timedelta(minutes=1):
        outage.cause = f"It was without power or restarted. {outage.cause}"[:300]
    elif rebooted_at is not None:
        outage.cause = f"It ran all the time, so the way to it was cut. {outage.cause}"[:300]
    outage.save(update_fields=["ended_at", "cause"])
    return outage


def search(text: str, state: str, router_id: int | None = None) -> "QuerySet[Outage]":
    """Outages whose router or cause contains text, in one of STATES or in any, of one router or of all."""
    found = Outage.objects.select_related("router")
    if text:
        found = found.filter(Q(name__icontains=text) | Q(cause__icontains=text))
    if state in STATES:
        found = found.filter(ended_at__isnull=state == "running")
    if router_id is not None:
        found = found.filter(router_id=router_id)
    return found
