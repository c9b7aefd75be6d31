"""Reads about services and subscribers; a service's state is computed in one place for lists, counts and filters."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from kmikro.lib import macs
from subscribers import finding
from subscribers.models import Arrangement, Device, Email, Fallback, Phone, Plan, Service, Subscriber


class State(StrEnum):
    """What a service is to people: unused, working, or why it works no more."""

    NEW = "new"
    IN_USE = "in_use"
    SPENT = "spent"
    ENDED = "ended"
    PAUSED = "suspended"
    PENDING = "pending"
    VOID = "void"


def run_out(now: datetime, of: str = "") -> Q:
    """Whose validity is over, and the grace after it, which is their own or their plan's; `of` as in `state_at`.

    `expires_at` is all there is to know of an end: the first use of a voucher sets it (`radius.clocks`).
    """
    second = Value(timedelta(seconds=1), output_field=DurationField())
    grace = Coalesce(F(f"{of}grace_seconds"), F(f"{of}plan__grace_seconds")) * second
    last = ExpressionWrapper(Value(now, output_field=DateTimeField()) - grace, output_field=DateTimeField())
    return Q(**{f"{of}expires_at__lte": now}) & Q(**{f"{of}expires_at__lte": last})  # the first has an index


def used_up(now: datetime, of: str = "") -> Q:
    """Whose online time or data are spent, the data that was given on top of it too."""
    upload, download = F(f"{of}upload_bytes"), F(f"{of}download_bytes")
    both = ExpressionWrapper(upload + download, output_field=BigIntegerField())
    return (
        Q(**{f"{of}plan__time_limit_seconds__lte": F(f"{of}seconds_used")})
        # What was given on top is looked for only where the plan's own data are used.
        | Q(**{f"{of}plan__data_limit_bytes__lte": both})
        & Q(
            **{
                f"{of}plan__data_limit_bytes__lte": ExpressionWrapper(
                    both - _extra(now, of), BigIntegerField()
                )
            }
        )
        | Q(**{f"{of}plan__upload_limit_bytes__lte": upload})
        | Q(**{f"{of}plan__download_limit_bytes__lte": download})
    )


def _standing(now: datetime, of: str) -> "QuerySet[Arrangement]":
    """What is arranged with a service and holds at a moment."""
    rows = Arrangement.objects.filter(service=OuterRef(f"{of}pk"), undone_at=None, starts_at__lte=now)
    return rows.filter(Q(ends_at=None) | Q(ends_at__gt=now)).order_by()


def _extra(now: datetime, of: str) -> Coalesce:
    rows = _standing(now, of).filter(kind=Arrangement.Kind.DATA, period=Arrangement.Period.TOTAL)
    total = rows.values("service").annotate(total=Sum("octets")).values("total")
    return Coalesce(Subquery(total), Value(0), output_field=BigIntegerField())


def on_holiday(now: datetime, of: str = "") -> Exists:
    """Whose clock stands still at a moment."""
    return Exists(_standing(now, of).filter(kind=Arrangement.Kind.PAUSE))


def state_at(now: datetime, of: str = "") -> Case:
    """The State of a service as an SQL expression; `of` is the way to it, for example 'service__'."""
    return Case(
        When(Q(**{f"{of}status": Service.Status.VOID}), then=Value(State.VOID.value)),
        # As in radius.policy: what is used up is also ended, and the first is what people want to hear.
        When(used_up(now, of), then=Value(State.SPENT.value)),
        When(Q(**{f"{of}status": Service.Status.ENDED}), then=Value(State.ENDED.value)),
        When(run_out(now, of), then=Value(State.ENDED.value)),
        When(Q(**{f"{of}status": Service.Status.SUSPENDED}), then=Value(State.PAUSED.value)),
        When(on_holiday(now, of), then=Value(State.PAUSED.value)),
        When(Q(**{f"{of}status": Service.Status.PENDING}), then=Value(State.PENDING.value)),
        When(Q(**{f"{of}first_used_at__isnull": True}), then=Value(State.NEW.value)),
        default=Value(State.IN_USE.value),
        output_field=CharField(),
    )


def offered_at(now: datetime, of: str = "") -> Case:
    """What the clock and the ISP's fallbacks make of a service beside its State: 'grace', 'walled', or nothing."""
    there = Fallback.objects.values("pk")

    def has(reason: str) -> Exists:
        return Exists(there.filter(reason=reason))

    status = f"{of}status"
    over = Q(**{status: Service.Status.ENDED}) | run_out(now, of)
    time_spent = Q(**{f"{of}plan__time_limit_seconds__lte": F(f"{of}seconds_used")})
    return Case(
        When(Q(**{status: Service.Status.VOID}), then=Value("")),
        When(time_spent & Q(has("time_spent")), then=Value("walled")),
        When(used_up(now, of) & ~time_spent & Q(has("data_spent")), then=Value("walled")),
        When(used_up(now, of), then=Value("")),
        When(over & Q(has("ended")), then=Value("walled")),
        When(over, then=Value("")),
        When(
            Q(**{f"{status}__in": [Service.Status.SUSPENDED, Service.Status.PENDING]}) & Q(has("suspended")),
            then=Value("walled"),
        ),
        When(Q(on_holiday(now, of)) & Q(has("suspended")), then=Value("walled")),
        When(Q(**{status: Service.Status.ACTIVE, f"{of}expires_at__lte": now}), then=Value("grace")),
        default=Value(""),
        output_field=CharField(),
    )


def plans(*, archived: bool = False) -> "QuerySet[Plan]":
    return living_plans().filter(is_archived=archived)


def living_plans() -> "QuerySet[Plan]":
    """Plans without the copies that are kept for those who have older terms."""
    return Plan.objects.filter(frozen_of=None)


def plan_counts(plan_ids: Collection[int], now: datetime) -> dict[int, dict[str, int]]:
    """Per plan, with older versions of it, how many services are in each State."""
    rows = (
        Service.objects.filter(on_plans(plan_ids))
        .annotate(state=state_at(now))
        .values("plan_id", "plan__frozen_of_id", "state")
        .annotate(count=Count("pk"))
        .order_by()
    )
    counts: dict[int, dict[str, int]] = {pk: {} for pk in plan_ids}
    for row in rows:
        state = row["state"]
        for pk in (row["plan_id"], row["plan__frozen_of_id"]):
            if pk in counts:
                counts[pk][state] = counts[pk].get(state, 0) + row["count"]
    return counts


def service_counts(plan_ids: Collection[int]) -> dict[int, int]:
    """Per row of a plan, frozen or not, how many services are on it."""
    rows = (
        Service.objects.filter(plan_id__in=plan_ids).values("plan_id").annotate(count=Count("pk")).order_by()
    )
    return {row["plan_id"]: row["count"] for row in rows}


def on_plans(plan_ids: Collection[int], of: str = "") -> Q:
    """Who has one of these plans, in whatever version; `of` leads from the filtered model to the service."""
    return Q(**{f"{of}plan_id__in": plan_ids}) | Q(**{f"{of}plan__frozen_of_id__in": plan_ids})


def people(text: str = "") -> "QuerySet[Subscriber]":
    """Subscribers with phones, emails and services, without merged records; `text` as in `subscribers.finding`."""
    rows = Subscriber.objects.filter(merged_into=None).prefetch_related(
        "phones",
        "emails",
        "site",
        Prefetch("services", queryset=Service.objects.select_related("plan").order_by("-made_at")),
    )
    return rows.filter(pk__in=finding.matching(text)) if text else rows


def narrowed(
    rows: "QuerySet[Subscriber]",
    *,
    state: str | None = None,
    tag: str | None = None,
    site: int | None = None,
    plan: int | None = None,
) -> "QuerySet[Subscriber]":
    """Those of the subscribers that pass the filters that are given."""
    if state:
        rows = rows.filter(state=state)
    if tag:
        rows = rows.filter(tags__contains=[tag])
    if site:
        rows = rows.filter(site_id=site)
    if plan:
        rows = rows.filter(Exists(Service.objects.filter(on_plans([plan]), subscriber=OuterRef("pk"))))
    return rows


def accounts(now: datetime, text: str = "") -> "QuerySet[Service]":
    """Accounts with plan, person and State; `text` is looked for in the account and, as in `finding`, in its person."""
    rows = Service.objects.filter(kind=Service.Kind.ACCOUNT).select_related("plan", "subscriber")
    owner = {"subscriber": OuterRef("subscriber"), "is_primary": True}
    rows = rows.defer("secret").annotate(
        state=state_at(now),
        phone=Coalesce(Phone.objects.filter(**owner).values("number")[:1], Value("")),
        email=Coalesce(Email.objects.filter(**owner).values("address")[:1], Value("")),
    )
    if text:
        match = Q(label__icontains=text) | Q(subscriber__in=finding.matching(text))
        if mac := macs.normalise(text):
            match |= Q(pk__in=Device.objects.filter(mac=mac).values("service_id"))
        rows = rows.filter(match)
    return rows


def services_on(router_id: int, site_id: int, now: datetime) -> list[Service]:
    """Accounts that may connect at a router now: neither over, spent nor paused, and allowed there by both lists."""
    rows = Service.objects.filter(kind=Service.Kind.ACCOUNT, status=Service.Status.ACTIVE)
    rows = rows.select_related("plan").annotate(state=state_at(now))
    working = rows.filter(state__in=[State.NEW, State.IN_USE]).order_by("pk")
    return [
        service
        for service in working
        if _allowed_at(service, router_id, site_id) and _allowed_at(service.plan, router_id, site_id)
    ]


def _allowed_at(limits: Service | Plan, router_id: int, site_id: int) -> bool:
    """Lists of sites and routers together; without both there is no limit."""
    return not (limits.sites or limits.routers) or site_id in limits.sites or router_id in limits.routers


def account_counts(now: datetime) -> dict[str, int]:
    """How many accounts are in each State."""
    rows = Service.objects.filter(kind=Service.Kind.ACCOUNT).annotate(state=state_at(now))
    return dict(rows.order_by().values_list("state").annotate(Count("pk")))
