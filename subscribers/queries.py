"""Reads about services and subscribers; a service's state is computed in one place for lists, counts and filters."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateTimeField,
    ExpressionWrapper,
    F,
    Prefetch,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import TruncDate
from django.db.models.lookups import GreaterThanOrEqual

from kmikro.lib import macs
from subscribers.models import Device, Plan, Service, Subscriber, Usage


class State(StrEnum):
    """What a service is to people: unused, working, or why it works no more."""

    NEW = "new"
    IN_USE = "in_use"
    SPENT = "spent"
    ENDED = "ended"
    PAUSED = "suspended"
    VOID = "void"


def state_at(now: datetime, of: str = "") -> Case:
    """The State of a service as an SQL expression; `of` is the way to it, for example 'service__'."""

    def field(name: str) -> F:
        return F(f"{of}{name}")

    runs_out = ExpressionWrapper(
        field("first_used_at") + field("plan__validity_seconds") * Value(timedelta(seconds=1)),
        output_field=DateTimeField(),
    )
    used = ExpressionWrapper(field("upload_bytes") + field("download_bytes"), output_field=BigIntegerField())
    return Case(
        When(Q(**{f"{of}status": Service.Status.VOID}), then=Value(State.VOID.value)),
        # As in radius.policy: what is used up is also ended, and the first is what people want to hear.
        When(
            Q(**{f"{of}plan__time_limit_seconds__lte": field("seconds_used")}),
            then=Value(State.SPENT.value),
        ),
        When(Q(**{f"{of}plan__data_limit_bytes__lte": used}), then=Value(State.SPENT.value)),
        When(Q(**{f"{of}status": Service.Status.ENDED}), then=Value(State.ENDED.value)),
        When(Q(**{f"{of}expires_at__lte": now}), then=Value(State.ENDED.value)),
        When(_at_most(runs_out, now), then=Value(State.ENDED.value)),
        When(Q(**{f"{of}status": Service.Status.SUSPENDED}), then=Value(State.PAUSED.value)),
        When(Q(**{f"{of}first_used_at__isnull": True}), then=Value(State.NEW.value)),
        default=Value(State.IN_USE.value),
        output_field=CharField(),
    )


def _at_most(moment: Any, now: datetime) -> Q:
    return Q(GreaterThanOrEqual(Value(now, output_field=DateTimeField()), moment))


def ends_at(service: Service) -> datetime | None:
    """When the service ends by its own date or by its validity, whichever is first; None if nobody knows yet."""
    ends = [] if service.expires_at is None else [service.expires_at]
    if service.first_used_at is not None and service.plan.validity_seconds is not None:
        ends.append(service.first_used_at + timedelta(seconds=service.plan.validity_seconds))
    return min(ends, default=None)


def plans(*, archived: bool = False) -> "QuerySet[Plan]":
    return Plan.objects.filter(is_archived=archived)


def plan_counts(plan_ids: list[int], now: datetime) -> dict[int, dict[str, int]]:
    """Per plan how many services are in each State."""
    rows = (
        Service.objects.filter(plan_id__in=plan_ids)
        .annotate(state=state_at(now))
        .values("plan_id", "state")
        .annotate(count=Count("pk"))
        .order_by()
    )
    counts: dict[int, dict[str, int]] = {pk: {} for pk in plan_ids}
    for row in rows:
        counts[row["plan_id"]][row["state"]] = row["count"]
    return counts


def people(text: str = "") -> "QuerySet[Subscriber]":
    """Subscribers with their services; `text` is looked for in name, phone, email and service names."""
    rows = Subscriber.objects.prefetch_related(
        Prefetch("services", queryset=Service.objects.select_related("plan").order_by("-made_at"))
    )
    if text:
        rows = rows.filter(
            Q(name__icontains=text)
            | Q(phone__icontains=text)
            | Q(email__icontains=text)
            | Q(pk__in=Service.objects.filter(label__icontains=text).values("subscriber_id"))
        )
    return rows


def accounts(now: datetime, text: str = "") -> "QuerySet[Service]":
    """Accounts with plan, person and State; `text` is looked for in user name, name, phone, email and device list."""
    rows = Service.objects.filter(kind=Service.Kind.ACCOUNT).select_related("plan", "subscriber")
    rows = rows.defer("secret").annotate(state=state_at(now))
    if text:
        match = Q(label__icontains=text)
        for name in ("name", "phone", "email"):
            match |= Q(**{f"subscriber__{name}__icontains": text})
        if mac := macs.normalise(text):
            match |= Q(pk__in=Device.objects.filter(mac=mac).values("service_id"))
        rows = rows.filter(match)
    return rows


def account_counts(now: datetime) -> dict[str, int]:
    """How many accounts are in each State."""
    rows = Service.objects.filter(kind=Service.Kind.ACCOUNT).annotate(state=state_at(now))
    return dict(rows.order_by().values_list("state").annotate(Count("pk")))


def daily(service_id: int, days: Sequence[date], zone: tzinfo) -> list[tuple[int, int]]:
    """Download and upload of a service on each of these days on the wall clock of `zone`, in octets."""
    begin = datetime.combine(days[0], time(), zone)
    day = TruncDate("hour", tzinfo=zone)
    rows = Usage.objects.filter(service_id=service_id, hour__gte=begin).annotate(day=day)
    sums = rows.order_by().values_list("day").annotate(Sum("download_bytes"), Sum("upload_bytes"))
    found = {on: (down, up) for on, down, up in sums}
    return [found.get(each, (0, 0)) for each in days]
