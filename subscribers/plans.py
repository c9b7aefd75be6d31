"""What is sold: make, change, archive and restore plans; `subscribers.versions` says whom a change reaches."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from accounts.journal import Actor, record
from kmikro.lib import validity
from kmikro.lib.money import LARGEST
from kmikro.lib.refusal import Refusal
from kmikro.lib.validity import Validity
from subscribers import versions
from subscribers.models import Plan

FASTEST_BPS = 10**11
LONGEST_SECONDS = 10 * 366 * 86_400
MOST_MONTHS = 120
LARGEST_BYTES = 10**15
MOST_DEVICES = 100
SHORTEST_SECONDS = 60
SMALLEST_BYTES = 10**6


@dataclass(frozen=True, slots=True)
class Terms:
    """What a customer gets; rates in bits per second (0 = unlimited), limits None where there is none.

    One of the three validities, or none: elapsed seconds, or days or months of the ISP's calendar.
    """

    name: str
    price_minor: int
    currency: str
    download_bps: int
    upload_bps: int
    validity_seconds: int | None = None
    data_limit_bytes: int | None = None
    time_limit_seconds: int | None = None
    devices: int = 1
    validity_days: int | None = None
    validity_months: int | None = None
    validity_begins: str = Plan.Begins.FIRST_USE

    @property
    def validity(self) -> Validity | None:
        return validity.of(self.validity_months, self.validity_days, self.validity_seconds)


def terms_of(plan: Plan) -> Terms:
    """The terms as the plan has them now."""
    return Terms(**{name: getattr(plan, name) for name in Terms.__slots__})


def speed_of(terms: Terms) -> tuple[int, int]:
    """What a change of must reach people who are online."""
    return terms.download_bps, terms.upload_bps


def create(terms: Terms, *, by: Actor, now: datetime) -> Plan:
    """A new plan. Raises Refusal with the field that is wrong."""
    wanted = _checked(terms)
    with transaction.atomic():
        plan = versions.save(Plan(**asdict(wanted), made_at=now, changed_at=now))
        versions.open_first(plan, by=by, now=now)
        record(by, "plan.create", plan, now=now, **asdict(wanted))
    return plan


def change(
    plan: Plan, terms: Terms, *, by: Actor, now: datetime, reach: str = versions.Reach.EVERYBODY
) -> Plan:
    """Change the terms, for everybody on the plan or for what is sold from now on; batches keep their price."""
    return versions.amend(plan, asdict(_checked(terms)), "plan.change", reach=reach, by=by, now=now)


def archive(plan: Plan, *, by: Actor, now: datetime) -> Plan:
    """Take the plan out of sale; who has it keeps it."""
    versions.check_living(plan)
    if not plan.is_archived:
        plan.is_archived, plan.changed_at = True, now
        versions.save(plan)
        record(by, "plan.archive", plan, now=now)
    return plan


def restore(plan: Plan, *, by: Actor, now: datetime) -> Plan:
    """Sell the plan again. Raises Refusal when another plan has its name by now."""
    versions.check_living(plan)
    if plan.is_archived:
        plan.is_archived, plan.changed_at = False, now
        try:
            versions.save(plan)
        except Refusal:
            plan.is_archived = True
            raise
        record(by, "plan.restore", plan, now=now)
    return plan


def _checked(terms: Terms) -> Terms:
    name = " ".join(terms.name.replace("\0", "").split())
    if not name:
        raise Refusal("no_name", "Give the plan a name.", field="name")
    if len(name) > 60:
        raise Refusal("long_name", "A plan's name has at most 60 characters.", field="name")
    _within(terms.price_minor, 0, LARGEST, "price", "The price")
    _within(terms.download_bps, 0, FASTEST_BPS, "download", "The download speed")
    _within(terms.upload_bps, 0, FASTEST_BPS, "upload", "The upload speed")
    for field, rate in (("download", terms.download_bps), ("upload", terms.upload_bps)):
        if 0 < rate < 8_000:
            raise Refusal(
                "too_slow", "A speed under 8 kbps carries nothing. Leave 0 for no limit.", field=field
            )
    _check_validity(terms)
    if terms.time_limit_seconds is not None:
        _within(terms.time_limit_seconds, SHORTEST_SECONDS, LONGEST_SECONDS, "time_limit", "The online time")
    if terms.data_limit_bytes is not None:
        _within(terms.data_limit_bytes, SMALLEST_BYTES, LARGEST_BYTES, "data_limit", "The data limit")
    _within(terms.devices, 1, MOST_DEVICES, "devices", "The number of devices")
    return Terms(**{**asdict(terms), "name": name})


def _check_validity(terms: Terms) -> None:
    given = [terms.validity_seconds, terms.validity_days, terms.validity_months]
    if sum(each is not None for each in given) > 1:
        text = "A plan is valid for seconds, for days or for months. Give one of them."
        raise Refusal("two_validities", text, field="validity")
    for value, low, high in (
        (terms.validity_seconds, SHORTEST_SECONDS, LONGEST_SECONDS),
        (terms.validity_days, 1, LONGEST_SECONDS // validity.DAY_SECONDS),
        (terms.validity_months, 1, MOST_MONTHS),
    ):
        if value is not None:
            _within(value, low, high, "validity", "The validity")
    if terms.validity_begins not in Plan.Begins.values:
        raise Refusal(
            "bad_begin", "The validity begins with the first use or the start.", field="validity_begins"
        )


def _within(value: int, low: int, high: int, field: str, what: str) -> None:
    if not low <= value <= high:
        raise Refusal("out_of_range", f"{what} is outside of what can be sold.", field=field)
