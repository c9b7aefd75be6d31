"""What a sale settles: whether something is sold now and to this person, and until when it is valid."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db.models import Q

from kmikro.lib import timetable, validity
from kmikro.lib.refusal import Refusal
from subscribers.models import Period, Plan, Service, Subscriber
from tenants import zones

ONCE = Plan.SaleLimit.ONCE


def until(plan: Plan, *, now: datetime) -> datetime | None:
    """The end of what is sold now; None where the plan has no end or its clock begins with the first use."""
    valid = plan.validity
    if valid is None or plan.validity_begins != Plan.Begins.START:
        return None
    return datetime.fromtimestamp(validity.end(now.timestamp(), valid, zones.own()), UTC)


def check(plan: Plan, subscriber: Subscriber | None, *, now: datetime) -> None:
    """Raises Refusal when the plan is not sold at this hour, or not again to this subscriber."""
    zone = zones.own()
    if plan.sale_windows:
        windows = timetable.windows_of(plan.sale_windows)
        is_open, changes_at = timetable.standing(windows, now.timestamp(), zone)
        if not is_open:
            then = "" if changes_at is None else f" It is sold again on {_day(changes_at, zone)}."
            raise Refusal("not_on_sale_now", f"{plan.name} is not sold at this hour.{then}", field="plan")
    if not plan.sale_limit or subscriber is None:
        return
    since = None
    if plan.sale_limit != ONCE:
        begin, end = timetable.period(plan.sale_limit, now.timestamp(), zone)
        since = datetime.fromtimestamp(begin, UTC)
    if _bought(plan, subscriber, since):
        if since is None:
            text = f"{plan.name} is sold once to each subscriber, and {subscriber.name} has had it."
        else:
            text = f"{plan.name} is sold once a {plan.sale_limit}, and {subscriber.name} has it. Next from {_day(end, zone)}."
        raise Refusal("bought_already", text, field="plan")


def _bought(plan: Plan, subscriber: Subscriber, since: datetime | None) -> bool:
    """In whatever version of the plan."""
    living = plan.frozen_of_id or plan.pk
    mine = Q(plan=living) | Q(plan__frozen_of=living)
    services = Service.objects.filter(mine, subscriber=subscriber)
    renewals = Period.objects.filter(mine, service__subscriber=subscriber, undone_at=None)
    if since is not None:
        services, renewals = services.filter(made_at__gte=since), renewals.filter(made_at__gte=since)
    return services.exclude(status=Service.Status.VOID).exists() or renewals.exists()


def _day(at: float, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at, zone):%d %b %H:%M}".lstrip("0")
