"""Samples of routers over time: a row a minute, rolled up to hours and days, and forgotten after a while."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from routers import packing
from routers.models import LogLine, Router, Sample, Watch
from routers.readings import Port, RadiusCounters, Reading

KEPT = {
    Sample.Span.MINUTE: timedelta(days=3),
    Sample.Span.HOUR: timedelta(days=90),
    Sample.Span.DAY: timedelta(days=3 * 365),
}
LINES_KEPT = timedelta(days=30)
LATE = timedelta(minutes=15)  # until when an hour or day may still get what was told at its end
LONGEST = 3600  # seconds: traffic over a longer silence is no rate of any minute
_AVERAGES = ("memory", "temperature", "voltage", "ppp", "hotspot", "leases", "queues")


def keep(watch: Watch, reading: Reading, *, now: datetime) -> tuple[int, int, int]:
    """Keep a reading as a sample, and its counters for the next; gives RADIUS' three differences.

    It changes watch and does not save it.
    """
    seconds = (now - watch.counted_at).total_seconds() if watch.counted_at else 0.0
    traffic = _traffic(watch, reading.ports, seconds)
    requests, timeouts, bad = _radius(watch, reading.radius)
    fresh = Sample(
        router_id=watch.router_id,
        span=Sample.Span.MINUTE,
        at=now.replace(microsecond=0),
        seconds=round(min(max(seconds, 1), LONGEST)),
        cpu=reading.cpu,
        cpu_peak=reading.cpu,
        memory=reading.used_percent,
        temperature=reading.temperature,
        voltage=reading.voltage,
        voltage_low=reading.voltage,
        ppp=reading.ppp,
        hotspot=reading.hotspot,
        leases=reading.leases,
        queues=reading.queues,
        radius_requests=requests,
        radius_timeouts=timeouts,
        radius_bad=bad,
        traffic=packing.pack(traffic),
    )
    Sample.objects.bulk_create([fresh], ignore_conflicts=True)
    watch.counted_at = now
    return requests, timeouts, bad


def _traffic(watch: Watch, ports: Sequence[Port], seconds: float) -> packing.Traffic:
    """What moved at each port since the last reading; the watch keeps the counters and a row for the page."""
    places = {name: place for place, name in enumerate(watch.names)}
    moved: packing.Traffic = {}
    shown, counters = [], {}
    for port in ports:
        if port.name not in places and len(places) < packing.MOST_PORTS:
            places[port.name] = len(places)
        before = watch.counters.get(port.name)
        received = packing.moved(int(before[0]) if before else None, port.received, seconds)
        sent = packing.moved(int(before[1]) if before else None, port.sent, seconds)
        if port.name in places and seconds <= LONGEST:
            moved[places[port.name]] = (received, sent)
        counters[port.name] = [str(port.received), str(port.sent)]
        shown.append(
            {
                "name": port.name, "kind": port.kind, "running": port.is_running, "disabled": port.is_disabled,
                "comment": port.comment, "errors": port.errors, "downs": port.link_downs,
                "received_bps": round(received * 8 / seconds) if seconds else None,
                "sent_bps": round(sent * 8 / seconds) if seconds else None,
            }
        )  # fmt: skip
    watch.names, watch.counters, watch.interfaces = list(places), counters, shown
    return moved


def _radius(watch: Watch, told: RadiusCounters | None) -> tuple[int, int, int]:
    """Requests, lost ones and refused answers since the last reading; counters may have begun anew."""
    if told is None:
        return 0, 0, 0
    now = {"requests": told.requests, "timeouts": told.timeouts, "bad": told.bad_replies}
    before = watch.radius
    watch.radius = now | {"accepts": told.accepts, "rejects": told.rejects, "resends": told.resends}
    if not before:
        return 0, 0, 0
    since = {name: value - before.get(name, 0) for name, value in now.items()}
    if min(since.values()) < 0:  # the router restarted, or somebody reset them
        since = now
    return since["requests"], since["timeouts"], since["bad"]


def keep_lines(router_id: int, reading: Reading, *, now: datetime) -> None:
    """Keep lines of its log that were not seen before."""
    LogLine.objects.bulk_create(
        [
            LogLine(
                router_id=router_id, seen_at=now, told=line.told, topics=line.topics[:80], text=line.text,
                digest=line.digest,
            )
            for line in reading.lines
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def roll_up(*, now: datetime) -> int:
    """Make the hours and days that are over out of what they hold; again and again gives the same."""
    made = 0
    for span, finer in ((Sample.Span.HOUR, Sample.Span.MINUTE), (Sample.Span.DAY, Sample.Span.HOUR)):
        for router_id, newest in _waiting(span, finer, now):
            made += _roll_up(router_id, newest, span, finer, now)
    return made


def _waiting(span: int, finer: int, now: datetime) -> list[tuple[int, datetime | None]]:
    """The routers with something to roll up, and the newest that each has.

    The newest is made again for a while: it may have been made before its last minutes came.
    """

    def newest(**which: object) -> Subquery:
        rows = Sample.objects.filter(router=OuterRef("pk"), **which)
        return Subquery(rows.order_by("-at").values("at")[:1])

    told = Router.objects.annotate(
        made=newest(span=span), last=newest(span=finer, at__lt=begin_of(now, span))
    ).values_list("pk", "made", "last")
    return [
        (pk, made)
        for pk, made, last in told
        if last is not None
        and (made is None or begin_of(last, span) > made or now - made < timedelta(seconds=span) + LATE)
    ]


def _roll_up(router_id: int, newest: datetime | None, span: int, finer: int, now: datetime) -> int:
    rows = Sample.objects.filter(router_id=router_id, span=finer, at__lt=begin_of(now, span))
    if newest is not None:
        rows = rows.filter(at__gte=newest)
    groups: dict[datetime, list[Sample]] = {}
    for row in rows.order_by("at").iterator(chunk_size=2000):
        groups.setdefault(begin_of(row.at, span), []).append(row)
    Sample.objects.bulk_create(
        [merged(router_id, span, at, group) for at, group in groups.items()],
        update_conflicts=True,
        unique_fields=["router", "span", "at"],
        update_fields=[
            "seconds", "cpu", "cpu_peak", *_AVERAGES, "voltage_low", "radius_requests", "radius_timeouts",
            "radius_bad", "traffic",
        ],
    )  # fmt: skip
    return len(groups)


def begin_of(moment: datetime, span: int) -> datetime:
    """The begin of the hour or day (UTC) that a moment lies in."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour.replace(hour=0) if span == Sample.Span.DAY else hour


def merged(router_id: int, span: int, at: datetime, parts: Sequence[Sample]) -> Sample:
    """One sample out of several: averages, peaks and sums."""
    return Sample(
        router_id=router_id,
        span=span,
        at=at,
        seconds=min(sum(part.seconds for part in parts), span),
        cpu=_average(part.cpu for part in parts),
        cpu_peak=_most(part.cpu_peak for part in parts),
        voltage_low=_least(part.voltage_low for part in parts),
        **{name: _average(getattr(part, name) for part in parts) for name in _AVERAGES},
        radius_requests=sum(part.radius_requests for part in parts),
        radius_timeouts=sum(part.radius_timeouts for part in parts),
        radius_bad=sum(part.radius_bad for part in parts),
        traffic=packing.pack(packing.add(packing.unpack(bytes(part.traffic)) for part in parts)),
    )


def _average(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known)) if known else None


def _most(values: Iterable[int | None]) -> int | None:
    return max((value for value in values if value is not None), default=None)


def _least(values: Iterable[int | None]) -> int | None:
    return min((value for value in values if value is not None), default=None)


def forget(*, now: datetime) -> int:
    """Drop what was kept long enough; a minute goes only after its hour was made."""
    dropped = 0
    for span, kept in KEPT.items():
        dropped += Sample.objects.filter(span=span, at__lt=now - kept).delete()[0]
    return dropped + LogLine.objects.filter(seen_at__lt=now - LINES_KEPT).delete()[0]
