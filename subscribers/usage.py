"""Usage as people read it: by hour, day and month of the ISP's calendar, of one service or of many, and who used most.

What routers reported and what operators corrected are told apart. An hour (kept in UTC) belongs to the day and month
in which it begins, as it does for RADIUS; a day of 23 or 25 hours has as many.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import TruncDate, TruncMonth

from kmikro.lib import timetable
from kmikro.lib.refusal import Refusal
from subscribers.models import Correction, Service, Usage

HOUR, DAY, MONTH = "hour", "day", "month"
GRAINS = (HOUR, DAY, MONTH)
LONGEST = {HOUR: 31, DAY: 366, MONTH: 3660}  # days
USUAL = {HOUR: 1, DAY: 29, MONTH: 334}  # days before today with which a range begins
ORDERS = {
    "total": "download + upload", "download": "download", "upload": "upload", "seconds": "seconds",
}  # fmt: skip
_TOP = """
    SELECT service_id, download, upload, seconds, count(*) OVER () FROM (
        SELECT service_id, sum(download)::bigint AS download, sum(upload)::bigint AS upload,
            sum(seconds)::bigint AS seconds
        FROM (
            SELECT service_id, download_bytes AS download, upload_bytes AS upload, seconds FROM subscribers_usage
            WHERE hour >= %s AND hour < %s {narrowed}
            UNION ALL
            SELECT service_id, download_bytes, upload_bytes, seconds FROM subscribers_correction
            WHERE hour >= %s AND hour < %s {narrowed}
        ) AS counted GROUP BY service_id
    ) AS used WHERE download + upload > 0 OR seconds > 0
    ORDER BY {order} DESC, service_id LIMIT %s OFFSET %s
"""


@dataclass(frozen=True, slots=True)
class Span:
    """Days of the ISP's calendar, both included, and in what steps they are shown."""

    grain: str
    first: date
    last: date
    zone: tzinfo

    @property
    def begins_at(self) -> datetime:
        return _midnight(self.first, self.zone)

    @property
    def ends_at(self) -> datetime:
        return _midnight(self.last + timedelta(days=1), self.zone)


@dataclass(frozen=True, slots=True)
class Amount:
    """Bytes and seconds."""

    download: int = 0
    upload: int = 0
    seconds: int = 0

    def __add__(self, other: Amount) -> Amount:
        return Amount(
            self.download + other.download, self.upload + other.upload, self.seconds + other.seconds
        )

    @property
    def total(self) -> int:
        return self.download + self.upload


@dataclass(frozen=True, slots=True)
class Step:
    """One hour, day or month: as reported, and by how much it was corrected."""

    begins_at: datetime
    reported: Amount
    corrected: Amount

    @property
    def counted(self) -> Amount:
        return self.reported + self.corrected


@dataclass(frozen=True, slots=True)
class Used:
    """What a service used."""

    service_id: int
    amount: Amount


def span(grain: str, first: date | None, last: date | None, today: date, zone: tzinfo) -> Span:
    """The range that is asked for; what is left out is the usual one. Raises Refusal when it is too long or none."""
    if grain not in GRAINS:
        raise Refusal("bad_grain", "Usage is shown by hour, day or month.", field="by")
    last = last or today
    first = first or (last - timedelta(days=USUAL[grain])).replace(**({"day": 1} if grain == MONTH else {}))
    if first > last:
        raise Refusal("bad_range", "The range begins after it ends.", field="since")
    if (last - first).days >= LONGEST[grain]:
        text = f"By {grain}, at most {LONGEST[grain]} days are shown. Choose fewer, or a longer step."
        raise Refusal("long_range", text, field="since")
    if not 2000 <= first.year <= last.year <= 9000:
        raise Refusal("bad_range", "There is no usage of that time.", field="since")
    return Span(grain, first, last, zone)


def steps(asked: Span, of: Q) -> list[Step]:
    """Every hour, day or month of a range; `of` narrows rows that have a `service`."""
    reported, corrected = _sums(Usage.objects.filter(of), asked), _sums(Correction.objects.filter(of), asked)
    nothing = Amount()
    return [
        Step(begins_at, reported.get(key, nothing), corrected.get(key, nothing))
        for key, begins_at in _keys(asked)
    ]


def total(found: Iterable[Step]) -> Amount:
    """All steps together, as they count."""
    return sum((each.counted for each in found), Amount())


def top(
    asked: Span, services: QuerySet[Service] | None, *, order: str, offset: int, most: int
) -> tuple[list[Used], int]:
    """Who used most in a range, corrections counted, and how many there are; `services` narrows it."""
    begins_at, ends_at = asked.begins_at, asked.ends_at
    narrowed, chosen = "", tuple[Any, ...]()
    if services is not None:
        inner, chosen = services.order_by().values("pk").query.sql_with_params()
        narrowed = f"AND service_id IN ({inner})"
    bounds = (begins_at, ends_at, *chosen)
    with connection.cursor() as cursor:
        cursor.execute(_TOP.format(narrowed=narrowed, order=ORDERS[order]), [*bounds, *bounds, most, offset])
        rows = cursor.fetchall()
    found = [Used(pk, Amount(download, upload, seconds)) for pk, download, upload, seconds, _count in rows]
    return found, rows[0][4] if rows else 0


def label(step: Step, asked: Span) -> str:
    """How a step is called: 14:00, 3 Nov, Nov 2026; an hour that comes twice says which."""
    local = step.begins_at.astimezone(asked.zone)
    if asked.grain == MONTH:
        return f"{local:%b %Y}"
    if asked.grain == DAY:
        return f"{local.day} {local:%b}"
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    zone = f" {local:%Z}" if twice else ""
    return f"{local.day} {local:%b %H:%M}{zone}"


def _sums(rows: Any, asked: Span) -> dict[Any, Amount]:
    step = {
        HOUR: F("hour"),
        DAY: TruncDate("hour", tzinfo=asked.zone),
        MONTH: TruncMonth("hour", tzinfo=asked.zone),
    }[asked.grain]
    found = (
        rows.filter(hour__gte=asked.begins_at, hour__lt=asked.ends_at)
        .annotate(step=step)
        .order_by()
        .values_list("step")
        .annotate(Sum("download_bytes"), Sum("upload_bytes"), Sum("seconds"))
    )
    return {
        (at.astimezone(asked.zone).date() if asked.grain == MONTH else at): Amount(
            int(down), int(up), int(spent)
        )
        for at, down, up, spent in found
    }


def _keys(asked: Span) -> Iterable[tuple[Any, datetime]]:
    """The key of each step as `_sums` has it, and when it begins."""
    if asked.grain == HOUR:
        at, end = _whole_hour(asked.begins_at), asked.ends_at
        while at < end:
            yield at, at
            at += timedelta(hours=1)
        return
    on = asked.first if asked.grain == DAY else asked.first.replace(day=1)
    while on <= asked.last:
        yield on, max(_midnight(on, asked.zone), asked.begins_at)
        on = on + timedelta(days=1) if asked.grain == DAY else (on + timedelta(days=31)).replace(day=1)


def _whole_hour(at: datetime) -> datetime:
    floor = at.replace(minute=0, second=0, microsecond=0)
    return floor if floor == at else floor + timedelta(hours=1)


def _midnight(on: date, zone: tzinfo) -> datetime:
    """When a day begins, as RADIUS reckons it."""
    return datetime.fromtimestamp(timetable.instant(datetime.combine(on, time()), zone), UTC)
