"""Samples as rows of numbers for charts and the API: a value for each step of a range, and none where none was heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from routers import packing, samples
from routers.models import Sample, Watch

Span = Sample.Span


@dataclass(frozen=True, slots=True)
class Range:
    """How far back, from which samples, in which steps."""

    name: str
    label: str
    back: timedelta
    span: int
    step: timedelta
    clock: str  # of the marks under the chart


RANGES = {
    each.name: each
    for each in (
        Range("hour", "Hour", timedelta(hours=1), Span.MINUTE, timedelta(minutes=2), "%H:%M"),
        Range("day", "Day", timedelta(days=1), Span.MINUTE, timedelta(minutes=15), "%H:%M"),
        Range("week", "Week", timedelta(days=7), Span.HOUR, timedelta(hours=2), "%d %b"),
        Range("year", "Year", timedelta(days=365), Span.DAY, timedelta(days=5), "%b %Y"),
    )
}


@dataclass(frozen=True, slots=True)
class Series:
    """Steps of a range, oldest first; None: no sample in that step."""

    times: list[datetime]
    steps: list[Sample | None]

    def of(self, name: str, divide: float = 1) -> list[float | None]:
        """One value of each step."""
        return [
            None if s is None or getattr(s, name) is None else getattr(s, name) / divide for s in self.steps
        ]

    def rate(self, port: int | None, way: int) -> list[float | None]:
        """Bits per second received (0) or sent (1) at a port."""
        return [None if step is None else _rate(step, port, way) for step in self.steps]

    @property
    def is_empty(self) -> bool:
        return not any(self.steps)


def rates(step: Sample) -> dict[int, tuple[float, float]]:
    """Bits per second received and sent at each port that moved something."""
    seconds = max(step.seconds, 1)
    moved = packing.unpack(bytes(step.traffic))
    return {port: (received * 8 / seconds, sent * 8 / seconds) for port, (received, sent) in moved.items()}


def _rate(step: Sample, port: int | None, way: int) -> float:
    return rates(step).get(-1 if port is None else port, (0.0, 0.0))[way]


def series(router_id: int, over: Range, *, now: datetime) -> Series:
    """The samples of a router over a range in steps."""
    count = int(over.back / over.step)
    begin = now - over.step * count
    groups: list[list[Sample]] = [[] for _ in range(count)]
    rows = Sample.objects.filter(router_id=router_id, span=over.span, at__gte=begin, at__lte=now)
    for row in rows.order_by("at"):
        groups[min(int((row.at - begin) / over.step), count - 1)].append(row)
    times = [begin + over.step * number for number in range(count)]
    seconds = int(over.step.total_seconds())
    steps = [
        _joined(router_id, seconds, at, group) if group else None
        for at, group in zip(times, groups, strict=True)
    ]
    return Series(times, steps)


def _joined(router_id: int, seconds: int, at: datetime, group: Sequence[Sample]) -> Sample:
    one = samples.merged(router_id, seconds, at, group)
    one.seconds = max(sum(each.seconds for each in group), 1)
    return one


def uplink(watch: Watch) -> str:
    """The port whose traffic is shown first: of those that run the one that moves most."""
    running = [row for row in watch.interfaces if row.get("running")]
    if not running:
        return str(watch.names[0]) if watch.names else ""
    return str(
        max(running, key=lambda row: (row.get("received_bps") or 0) + (row.get("sent_bps") or 0))["name"]
    )
