"""What is wished for one service, checked and worked out: the row it would become. Nothing is saved here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from kmikro.lib import timetable, validity
from kmikro.lib.refusal import Refusal
from kmikro.lib.validity import Validity
from subscribers.models import Arrangement, Plan, Service
from subscribers.stages import FASTEST_BPS, LARGEST_BYTES, SLOWEST_BPS

Kind, Period = Arrangement.Kind, Arrangement.Period
SMALLEST_BYTES = 10**6
LONGEST = timedelta(days=366)  # of a speed, of extra data, of a holiday
FARTHEST = timedelta(days=3660)  # of a service's end
SHORTEST_PAUSE = timedelta(hours=1)
SLACK = timedelta(minutes=5)  # a moment that was 'now' when the page was opened


@dataclass(frozen=True, slots=True)
class Wish:
    """One of: an extension by `more`; extra data (octets, period, ends_at); a speed (until ends_at); a holiday."""

    kind: str
    why: str = ""
    more: Validity | None = None
    octets: int = 0
    period: str = ""
    download_bps: int = 0
    upload_bps: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None


def row(service: Service, wish: Wish, zone: tzinfo, now: datetime) -> Arrangement:
    """The row that it would become, not saved. Raises Refusal with the field that is wrong."""
    makers = {
        Kind.EXTENSION: _extension, Kind.DATA: _data, Kind.SPEED: _speed, Kind.PAUSE: _pause,
    }  # fmt: skip
    if wish.kind not in makers:
        raise Refusal("bad_kind", "There are extension, data, speed and pause.", field="kind")
    made = makers[Kind(wish.kind)](service, wish, zone, now)
    made.service, made.kind, made.made_at, made.why = service, wish.kind, now, wish.why.strip()[:300]
    return made


def counts_of(plan: Plan) -> list[str]:
    """On top of which counts of a plan extra data can lie."""
    periods = {each.get("period") for each in plan.stages}
    if plan.daily_data_bytes is not None:
        periods.add(Period.DAY.value)
    found = [Period.TOTAL.value] if plan.data_limit_bytes is not None else []
    return [*found, *(each for each in timetable.PERIODS if each in periods)]


def _extension(service: Service, wish: Wish, zone: tzinfo, now: datetime) -> Arrangement:
    _check_begun(service)
    if service.expires_at is None:
        raise Refusal("no_end", f"{service.label} has no end that could be moved.")
    if wish.more is None:
        raise Refusal("no_length", "Say by how much it is extended.", field="amount")
    begun = max(service.expires_at, now)  # what is over goes on from now
    try:
        after = datetime.fromtimestamp(validity.end(begun.timestamp(), wish.more, zone), UTC)
    except OverflowError:
        after = begun + FARTHEST * 2
    if after - now > FARTHEST:
        raise Refusal("far_end", "The new end is at most ten years away.", field="amount")
    moved = round((after - service.expires_at).total_seconds())
    return Arrangement(starts_at=now, ends_at=after, moved_seconds=moved)


def _data(service: Service, wish: Wish, zone: tzinfo, now: datetime) -> Arrangement:
    known = counts_of(service.plan)
    period = wish.period or (known[0] if known else "")
    if period not in known:
        text = (
            f"The plan {service.plan} counts {_listed(known)}: say on top of which."
            if known
            else f"The plan {service.plan} limits no data, so there is nothing to add to."
        )
        raise Refusal("no_such_count", text, field="period")
    if not SMALLEST_BYTES <= wish.octets <= LARGEST_BYTES:
        raise Refusal("out_of_range", "Extra data is 1 MB or more.", field="octets")
    if period == Period.TOTAL:
        _check_until(wish.ends_at, now)
        return Arrangement(starts_at=now, ends_at=wish.ends_at, octets=wish.octets, period=period)
    ends_at = datetime.fromtimestamp(timetable.period(period, now.timestamp(), zone)[1], UTC)
    return Arrangement(starts_at=now, ends_at=ends_at, octets=wish.octets, period=period)


def _speed(service: Service, wish: Wish, zone: tzinfo, now: datetime) -> Arrangement:
    for name, bps in (("download_bps", wish.download_bps), ("upload_bps", wish.upload_bps)):
        if bps and not SLOWEST_BPS <= bps <= FASTEST_BPS:
            raise Refusal("out_of_range", "A speed is 8 kbps or more, or 0 for no limit.", field=name)
    _check_until(wish.ends_at, now)
    return Arrangement(
        starts_at=now,
        ends_at=wish.ends_at,
        download_bps=wish.download_bps,
        upload_bps=wish.upload_bps,
    )


def _pause(service: Service, wish: Wish, zone: tzinfo, now: datetime) -> Arrangement:
    if service.status != Service.Status.ACTIVE:
        raise Refusal("wrong_state", f"{service.label} is {service.status}: only what works goes on holiday.")
    _check_begun(service)
    starts_at, ends_at = wish.starts_at or now, wish.ends_at
    if ends_at is None:
        raise Refusal("no_end", "Say until when the holiday lasts.", field="ends_at")
    if starts_at < now - SLACK:
        text = "A holiday begins now or later: what is past was already given."
        raise Refusal("past_start", text, field="starts_at")
    starts_at = max(starts_at, now)
    if starts_at - now > LONGEST:
        raise Refusal("far_start", "A holiday begins within a year.", field="starts_at")
    if not SHORTEST_PAUSE <= ends_at - starts_at <= LONGEST:
        raise Refusal("out_of_range", "A holiday lasts from an hour to a year.", field="ends_at")
    if service.expires_at is not None and service.expires_at <= starts_at:
        text = f"{service.label} ends before the holiday begins. Extend it first, or begin earlier."
        raise Refusal("ends_before", text, field="starts_at")
    others = service.arrangements.filter(kind=Kind.PAUSE, undone_at=None)
    if other := others.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).first():
        text = (
            f"Another holiday is arranged from {_day(other.starts_at, zone)} to {_day(other.ends_at, zone)}."
        )
        raise Refusal("overlap", text, field="starts_at")
    moved = 0 if service.expires_at is None else round((ends_at - starts_at).total_seconds())
    return Arrangement(starts_at=starts_at, ends_at=ends_at, moved_seconds=moved)


def _check_begun(service: Service) -> None:
    """Raises Refusal for a voucher whose clock is still to begin."""
    waits = service.kind == Service.Kind.VOUCHER and service.first_used_at is None
    if waits and service.expires_at is None and service.plan.validity is not None:
        text = f"The clock of {service.label} begins with its first use. There is no end to move yet."
        raise Refusal("not_begun", text)


def _check_until(ends_at: datetime | None, now: datetime) -> None:
    if ends_at is None:
        return
    if ends_at <= now:
        raise Refusal("past_end", "This moment is past. Choose a later end.", field="ends_at")
    if ends_at - now > LONGEST:
        raise Refusal("far_end", "The end is at most a year away. Leave it empty for none.", field="ends_at")


def _day(at: datetime | None, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%d %b %Y %H:%M}" if at else ""


def _listed(known: list[str]) -> str:
    words: Mapping[str, str] = {name: label.lower() for name, label in Period.choices}
    return " and ".join(words[each] for each in known)
