"""What a plan rules beside price, speed and limits: grace, hours, quotas of a day, fair use, locks, places, the queue."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from kmikro.lib.timetable import windows_of
from subscribers import versions
from subscribers.models import Plan, Site
from subscribers.plans import FASTEST_BPS, LARGEST_BYTES, LONGEST_SECONDS, SHORTEST_SECONDS, SMALLEST_BYTES
from subscribers.speeds import speeds_of
from subscribers.stages import stages_of

MOST_PLACES = 1_000
LONGEST_BURST = 600
MOST_MOVES = 100
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Rules:
    """Speeds in bits per second (0: none), limits None where there is none; `subscribers.models.Plan` says more."""

    grace_seconds: int = 0
    daily_data_bytes: int | None = None
    daily_seconds: int | None = None
    download_limit_bytes: int | None = None
    upload_limit_bytes: int | None = None
    windows: list[Any] = field(default_factory=list)
    stages: list[Any] = field(default_factory=list)
    speeds: list[Any] = field(default_factory=list)
    lock: str = ""
    moves_a_day: int = 3
    sites: list[int] = field(default_factory=list)
    routers: list[int] = field(default_factory=list)
    burst_download_bps: int = 0
    burst_upload_bps: int = 0
    burst_threshold_download_bps: int = 0
    burst_threshold_upload_bps: int = 0
    burst_seconds: int = 0
    priority: int = 8
    guaranteed_download_bps: int = 0
    guaranteed_upload_bps: int = 0
    idle_seconds: int | None = None
    address_list: str = ""
    pool: str = ""
    free_windows: list[Any] = field(default_factory=list)
    end_plan_id: int | None = None
    quota_plan_id: int | None = None
    sale_limit: str = ""
    sale_windows: list[Any] = field(default_factory=list)
    carry: str = Plan.Carry.EARLY.value
    carry_limit_bytes: int | None = None


def rules_of(plan: Plan) -> Rules:
    """The rules as the plan has them now."""
    return Rules(**{name: getattr(plan, name) for name in Rules.__slots__})


def settle(
    plan: Plan, rules: Rules, *, by: Actor, now: datetime, reach: str = versions.Reach.EVERYBODY
) -> Plan:
    """Give a plan these rules. Raises Refusal with the field that is wrong. RADIUS hears of it by itself."""
    with transaction.atomic():
        held = Plan.objects.select_for_update().get(pk=plan.pk)
        _check(rules, rules_of(held))
        _check_next(held, rules)
        return versions.amend(held, asdict(rules), "plan.rules", reach=reach, by=by, now=now)


def _check(rules: Rules, before: Rules) -> None:
    windows_of(rules.windows)
    for name in ("sale_windows", "free_windows"):
        try:
            windows_of(getattr(rules, name))
        except Refusal as refusal:
            raise Refusal(refusal.code, refusal.text, field=name) from None
    stages_of(rules.stages)
    speeds_of(rules.speeds)
    _within(rules, "grace_seconds", 0, LONGEST_SECONDS)
    _within(rules, "daily_data_bytes", SMALLEST_BYTES, LARGEST_BYTES)
    _within(rules, "daily_seconds", SHORTEST_SECONDS, _DAY)
    for name in ("download_limit_bytes", "upload_limit_bytes", "carry_limit_bytes"):
        _within(rules, name, SMALLEST_BYTES, LARGEST_BYTES)
    for name in Rules.__slots__:
        if name.endswith("_bps"):
            _within(rules, name, 0, FASTEST_BPS)
    _within(rules, "burst_seconds", 0, LONGEST_BURST)
    _within(rules, "priority", 1, 8)
    _within(rules, "moves_a_day", 0, MOST_MOVES)
    _within(rules, "idle_seconds", SHORTEST_SECONDS, LONGEST_SECONDS)
    for name, known in (("lock", Plan.Lock), ("sale_limit", Plan.SaleLimit), ("carry", Plan.Carry)):
        if getattr(rules, name) not in known.values:
            text = f"It is {', '.join(filter(None, known.values))}, or empty."
            raise Refusal("bad_choice", text, field=name)
    for name in ("address_list", "pool"):
        check_name(name, getattr(rules, name))
    check_places(rules.sites, rules.routers, but_sites=before.sites, but_routers=before.routers)


def _check_next(plan: Plan, rules: Rules) -> None:
    for name in ("end_plan_id", "quota_plan_id"):
        wanted: int | None = getattr(rules, name)
        if wanted is not None and not Plan.objects.filter(pk=wanted, frozen_of=None).exists():
            raise Refusal("no_plan", f"There is no plan with the number {wanted}.", field=name)
        if wanted is not None and wanted == plan.pk:
            text = f"{plan.name} cannot come after itself. Choose another plan, or none."
            raise Refusal("same_plan", text, field=name)


def _within(rules: Rules, name: str, low: int, high: int) -> None:
    value = getattr(rules, name)
    if value is not None and not low <= value <= high:
        raise Refusal("out_of_range", f"{name} is from {low} to {high}.", field=name)


def check_name(name: str, value: str) -> None:
    """The name of a list or pool as RouterOS can have it. Raises Refusal."""
    if len(value.encode()) > 63 or not value.isprintable() or value != value.strip():
        raise Refusal("bad_name", "A name on the router has at most 63 letters, on one line.", field=name)


def check_places(
    sites: list[int],
    routers: list[int],
    *,
    but_sites: Collection[int] = (),
    but_routers: Collection[int] = (),
) -> None:
    """Sites and routers that there are, and not too many of them. Raises Refusal.

    Those of `but_…` are named already and may be gone meanwhile: they let nobody in, and hinder no other change.
    """
    for name, wanted, named, known in (
        ("sites", sites, but_sites, Site.objects.values_list("pk")),
        ("routers", routers, but_routers, Site.objects.values_list("routers")),
    ):
        if len(wanted) > MOST_PLACES:
            raise Refusal("many_places", f"At most {MOST_PLACES} places can be named.", field=name)
        unknown = set(wanted) - set(named) - {each for (each,) in known}
        if unknown:
            raise Refusal("no_place", f"There is none with the number {min(unknown)}.", field=name)
