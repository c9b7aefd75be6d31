"""The leak audit, where the trades meet: the router's lists, accounting's sessions and the services of the database."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import F, QuerySet

from billing import vouchers
from kmikro.lib import here
from radius.models import Session
from routers import leaks, nightly
from routers.kick import People
from routers.leaks import Counted, Paid
from routers.models import Leak, LeakAudit, Router
from subscribers.models import Fallback, Service

KEPT = timedelta(days=90)
_ENDED = {
    Service.Status.SUSPENDED: ("suspended", "Its service is paused."),
    Service.Status.ENDED: ("ended", "Its service has ended."),
    Service.Status.VOID: ("void", "Its voucher is void."),
}


def begin(*, now: datetime) -> tuple[int, list[int]]:
    """A new audit, and the routers to look at; there is one a night, however often it is asked for."""
    here.alone("leak audit")
    last = LeakAudit.objects.order_by("-started_at").values_list("started_at", flat=True).first()
    if not nightly.is_due(last, night=True, now=now):
        return 0, []
    LeakAudit.objects.filter(started_at__lt=now - KEPT).delete()
    audit = LeakAudit.objects.create(started_at=now)
    ready = Router.objects.filter(leaving_at=None, state=Router.State.READY).order_by("pk")
    return audit.pk, list(ready.values_list("pk", flat=True))


def note(audit_id: int, router_id: int, people: People, *, now: datetime) -> int:
    """Keep what differs at one router; of a silent one nothing is said."""
    audit = LeakAudit.objects.filter(pk=audit_id)
    if people.trouble:
        audit.update(silent=F("silent") + 1)
        return 0
    rows = Session.objects.filter(router_id=router_id, ended_at=None).defer("fold")
    counted = [
        Counted(
            row.pk, row.service_id, row.username, row.mac, row.framed_ip or "", row.begun_at or row.started_at
        )
        for row in rows.iterator(chunk_size=1000)
    ]
    services = _paid(
        Service.objects.filter(pk__in={each.service_id for each in counted if each.service_id}), now
    )
    digests = {vouchers.lookup(row.username): row.username for row in people.rows if row.username}
    named = Service.objects.filter(lookup__in=digests)
    numbers = {service.pk: digests[service.lookup] for service in named.only("pk", "lookup")}
    by_name = {numbers[number]: paid for number, paid in _paid(named, now).items()}
    found = leaks.compare(people.rows, counted, services, by_name, now=now)
    Leak.objects.bulk_create(
        [
            Leak(
                audit_id=audit_id, kind=each.kind, router_id=router_id, service_id=each.service_id,
                session_id=each.session_id, username=each.username[:128], mac=each.mac[:40], address=each.address or None,
                way=each.way, minor=each.minor, currency=each.currency, text=each.text[:300],
            )
            for each in found
        ],
        batch_size=1000,
    )  # fmt: skip
    audit.update(routers=F("routers") + 1, online=F("online") + len(people.rows))
    return len(found)


def end(audit_id: int, *, now: datetime) -> None:
    """All routers were looked at."""
    LeakAudit.objects.filter(pk=audit_id).update(ended_at=now)


def _paid(services: "QuerySet[Service]", now: datetime) -> dict[int, Paid]:
    """What the database says of services; where the ISP gives something instead of a refusal, that is no leak."""
    given = set(Fallback.objects.values_list("reason", flat=True))
    return {each.pk: _judged(each, given, now) for each in services.select_related("plan").defer("secret")}


def _judged(service: Service, given: Collection[str], now: datetime) -> Paid:
    plan = service.plan
    grace = timedelta(seconds=plan.grace_seconds if service.grace_seconds is None else service.grace_seconds)
    code, why = _ENDED.get(Service.Status(service.status), ("", ""))
    if not code and service.expires_at is not None and service.expires_at + grace < now:
        code, why = "ended", f"Its time ended on {service.expires_at:%Y-%m-%d}."
    is_paid = not code or code in given
    share = leaks.a_day_of(plan.price_minor, plan.validity.about_seconds if plan.validity else None)
    return Paid(service.pk, is_paid, why, share, plan.currency)
