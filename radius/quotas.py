"""How much of each limit of a plan is used: caps, quotas of a day, stages of fair use. Pure; pages and notices ask here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from kmikro.lib import timetable
from radius.known import PlanFacts
from radius.terms import Used
from subscribers import arranged
from subscribers.arranged import Arranged

DATA, DOWNLOAD, UPLOAD, TIME, STAGE = "data", "download", "upload", "time", "stage"
MARKS = (80, 90, 100)


@dataclass(frozen=True, slots=True)
class Meter:
    """What one service used, and what is arranged with it."""

    download: int
    upload: int
    seconds: int
    used: tuple[float, ...] = ()  # radius.terms.Used, where the plan asks for it
    arranged: tuple[Arranged, ...] = ()


@dataclass(frozen=True, slots=True)
class Quota:
    """One limit. `begins_at` and `ends_at` are its period's, in unix seconds; None: of the whole service."""

    what: str
    period: str
    limit: int  # bytes, or seconds of TIME; with what was given on top of it
    used: int
    begins_at: float | None = None
    ends_at: float | None = None
    number: int = 0  # of a stage
    download_bps: int = 0  # after a stage
    upload_bps: int = 0

    @property
    def percent(self) -> int:
        return min(self.used * 100 // self.limit, 999) if self.limit > 0 else 100

    @property
    def marks(self) -> tuple[int, ...]:
        """The marks that are reached."""
        return tuple(mark for mark in MARKS if self.used * 100 >= self.limit * mark)


def of(plan: PlanFacts, meter: Meter, now: float, zone: tzinfo) -> list[Quota]:
    """All limits of a plan, those of the whole service first, stages from the nearest to the farthest."""
    total = arranged.TOTAL
    found = [
        Quota(what, total, limit, used)
        for what, limit, used in (
            (DATA, _more(plan.data_limit_bytes, meter, total, now), meter.download + meter.upload),
            (DOWNLOAD, plan.download_limit_bytes, meter.download),
            (UPLOAD, plan.upload_limit_bytes, meter.upload),
            (TIME, plan.time_limit_seconds, meter.seconds),
        )
        if limit is not None
    ]
    spans = {name: timetable.period(name, now, zone) for name in timetable.PERIODS}
    used = _by_period(meter.used, spans)
    day = spans["day"]
    if plan.daily_data_bytes is not None:
        limit = plan.daily_data_bytes + arranged.extra(meter.arranged, "day", now)
        found.append(Quota(DATA, "day", limit, used["day"], *day))
    if plan.daily_seconds is not None:
        seconds = int(Used(*meter.used).day_seconds) if meter.used and meter.used[0] >= day[0] else 0
        found.append(Quota(TIME, "day", plan.daily_seconds, seconds, *day))
    stages = [
        Quota(
            STAGE, each.period, each.after_bytes + arranged.extra(meter.arranged, each.period, now),
            used[each.period], *spans[each.period], each.number, each.download_bps, each.upload_bps,
        )
        for each in plan.stages
    ]  # fmt: skip
    return [*found, *sorted(stages, key=lambda each: (each.limit - each.used, each.number))]


def next_stage(found: Sequence[Quota]) -> Quota | None:
    """The stage of fair use that comes next."""
    return next((each for each in found if each.what == STAGE and each.used < each.limit), None)


def _more(limit: int | None, meter: Meter, period: str, now: float) -> int | None:
    return None if limit is None else limit + arranged.extra(meter.arranged, period, now)


def _by_period(used: tuple[float, ...], spans: dict[str, tuple[float, float]]) -> dict[str, int]:
    """Bytes by period; what was read in an earlier one counts for nothing any more."""
    if not used:
        return dict.fromkeys(spans, 0)
    read = Used(*used)
    known = {
        "day": (read.day_at, read.day_bytes),
        "week": (read.week_at, read.week_bytes),
        "month": (read.month_at, read.month_bytes),
    }
    return {name: int(known[name][1]) if known[name][0] >= spans[name][0] else 0 for name in spans}
