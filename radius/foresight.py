"""What a subscriber of a plan will see: two months of habits, judged step by step by the rules that RADIUS uses.

Pure. Nothing is decided here: each quarter of an hour asks `radius.policy` and, where it refuses, `radius.fallback`,
with what was used until then. So a plan behaves in the preview as it will behave for people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo

from kmikro.lib import timetable
from radius import fallback, policy
from radius.events import Accept, AccessRequest, Nas, Reject
from radius.known import Facts, PlanFacts
from radius.terms import Fallback, Used
from radius.wording import amount, bits

STEP = 900  # seconds
DAYS = 60
MOST_EVENTS = 200
_NAME = b"foreseen"
_MAC = "02:00:00:00:00:01"


@dataclass(frozen=True, slots=True)
class Habit:
    """So many octets a day, wanted evenly between two hours of each day, as fast as the line allows."""

    octets_a_day: int
    from_hour: int = 0
    to_hour: int = 24
    download_share: float = 0.9

    def wants(self, hour: int) -> bool:
        """Whether somebody is online in this hour of the day; a habit may go past midnight."""
        begin, end = self.from_hour, self.to_hour
        return begin <= hour < end if begin < end else hour >= begin or hour < end

    @property
    def hours(self) -> int:
        return (self.to_hour - self.from_hour - 1) % 24 + 1


@dataclass(frozen=True, slots=True)
class Event:
    """From this moment on it is otherwise; text for the operator, message for the customer."""

    at: float
    kind: str  # online | slower | refused | garden
    code: str  # of the rule that decides, '' where none does
    text: str
    message: str
    octets: int  # used in all until then


@dataclass(slots=True)
class Day:
    """What a day brings."""

    date: date
    wanted: int = 0
    moved: int = 0
    refused_seconds: int = 0
    slowest_bps: int | None = None  # download while something was wanted; None: no limit


@dataclass(slots=True)
class Foreseen:
    """Events in their order and all days; `cut` when there were more events than are kept."""

    events: list[Event] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)
    cut: bool = False


@dataclass(slots=True)
class _Meter:
    """What was used: in all, and since the day, week and month of now began."""

    upload: int = 0
    octets: int = 0
    seconds: int = 0
    since: dict[str, tuple[float, int]] = field(default_factory=dict)
    day_seconds: int = 0

    def turn(self, now: float, zone: tzinfo) -> None:
        for name in timetable.PERIODS:
            begun = timetable.period(name, now, zone)[0]
            if self.since.get(name, (None, 0))[0] != begun:
                self.since[name] = (begun, 0)
                if name == "day":
                    self.day_seconds = 0

    def add(self, octets: int, upload: int, seconds: int) -> None:
        self.octets, self.upload, self.seconds = (
            self.octets + octets,
            self.upload + upload,
            self.seconds + seconds,
        )
        self.day_seconds += seconds
        self.since = {name: (begun, used + octets) for name, (begun, used) in self.since.items()}

    def used(self, now: float) -> tuple[float, ...]:
        day, week, month = (self.since[name][1] for name in ("day", "week", "month"))
        return Used(now, day, self.day_seconds, now, week, now, month)


def foresee(
    plan: PlanFacts,
    habit: Habit,
    begun: float,
    zone: tzinfo,
    *,
    voucher: bool,
    given: Mapping[str, Fallback],
    language: str = "en",
    days: int = DAYS,
) -> Foreseen:
    """`days` from an instant (unix seconds) on; `given` is what the ISP gives instead of refusals, by reason.

    The subscriber has one device, at a place and of the kind that the plan is for, and a clean account. A voucher is
    used for the first time when something is first wanted.
    """
    request = _request(zone, language)
    facts, meter, found = _facts(replace(plan, sites=None), voucher), _Meter(), Foreseen()
    now, ends, last = begun, begun + days * 86_400, ("", "", "")
    while now < ends:
        here = datetime.fromtimestamp(now, zone)
        meter.turn(now, zone)
        today = _day(found, here.date())
        if habit.wants(here.hour):
            facts = replace(
                facts,
                time_used=meter.seconds,
                data_used=meter.octets,
                upload_used=meter.upload,
                used=meter.used(now),
            )
            verdict = policy.authorize(request, facts, now, zone)
            if isinstance(verdict, Accept) and verdict.starts_clock:
                facts = replace(facts, first_used_at=now, expires_at=verdict.ends_at)
            if isinstance(verdict, Reject):
                verdict = fallback.instead(request, facts, verdict, given, now, zone)
            event = _event(verdict, plan, now, meter.octets)
            mark = (event.kind, event.code, event.text if event.code in ("fair_use", "speed") else "")
            if mark != last:
                last = mark
                _keep(found, event)
            counts = not (plan.free and timetable.standing(plan.free, now, zone)[0])
            _live(verdict, habit, meter, today, counts=counts)
        now += STEP
    return found


def _live(verdict: Accept | Reject, habit: Habit, meter: _Meter, today: Day, *, counts: bool) -> None:
    """A quarter of an hour of the habit, as far as the verdict lets it."""
    wanted = habit.octets_a_day * STEP // (habit.hours * 3600)
    today.wanted += wanted
    if isinstance(verdict, Reject) or _is_walled(verdict):
        today.refused_seconds += STEP
        return
    down = int(wanted * habit.download_share)
    up = _through(wanted - down, verdict.upload_bps)
    down = _through(down, verdict.download_bps)
    if verdict.data_left is not None and down + up > verdict.data_left:
        up = up * verdict.data_left // (down + up)
        down = verdict.data_left - up
    meter.add(down + up if counts else 0, up if counts else 0, STEP)
    today.moved += down + up
    if verdict.download_bps and (today.slowest_bps is None or verdict.download_bps < today.slowest_bps):
        today.slowest_bps = verdict.download_bps


def _through(octets: int, bps: int) -> int:
    return min(octets, bps * STEP // 8) if bps else octets


def _is_garden(verdict: Accept) -> bool:
    return bool(verdict.trace) and verdict.trace[-1].code == "fallback"


def _is_walled(verdict: Accept) -> bool:
    """A list keeps people in a garden; without one they go on, at the speed that is given."""
    return _is_garden(verdict) and bool(verdict.extras.address_list)


def _event(verdict: Accept | Reject, plan: PlanFacts, now: float, octets: int) -> Event:
    step = verdict.trace[-1]
    if isinstance(verdict, Reject):
        return Event(now, "refused", verdict.code, step.text, verdict.message, octets)
    if _is_garden(verdict):
        code = verdict.trace[-2].code
        kind = "garden" if _is_walled(verdict) else "slower"
        return Event(now, kind, code, f"{verdict.trace[-2].text} {step.text}", verdict.message, octets)
    speed = f"{bits(verdict.download_bps)} down" if verdict.download_bps else "no speed limit"
    why = {each.code: each.text for each in verdict.trace}
    if "speed" in why:
        return Event(now, "online", "speed", why["speed"], verdict.message, octets)
    if verdict.download_bps != plan.download_bps or verdict.upload_bps != plan.upload_bps:
        return Event(now, "slower", "fair_use", why.get("fair_use", ""), verdict.message, octets)
    if verdict.message:  # the grace after the end
        return Event(now, "online", "grace", f"Online in its grace, {speed}.", verdict.message, octets)
    return Event(now, "online", "", f"Online, {speed}; {amount(octets)} used so far.", "", octets)


def _keep(found: Foreseen, event: Event) -> None:
    if len(found.events) < MOST_EVENTS:
        found.events.append(event)
    else:
        found.cut = True


def _day(found: Foreseen, today: date) -> Day:
    if not found.days or found.days[-1].date != today:
        found.days.append(Day(today))
    return found.days[-1]


def _request(zone: tzinfo, language: str) -> AccessRequest:
    nas = Nas("", 0, "", b"", zone=str(zone), language=language)
    return AccessRequest(
        nas=nas,
        identifier=0,
        authenticator=bytes(16),
        source=("", 0),
        username=_NAME,
        password=_NAME,
        chap=None,
        mac=_MAC,
        service_type=2,  # Framed: the way of PPPoE; a voucher at a hotspot is judged by the same rules
    )


def _facts(plan: PlanFacts, voucher: bool) -> Facts:
    return Facts(
        service_id=0,
        label=_NAME.decode(),
        kind="voucher" if voucher else "account",
        secret=_NAME,
        status="active",
        starts_from_first_use=voucher,
        first_used_at=None,
        expires_at=None,
        time_used=0,
        data_used=0,
        live=(),
        plan=plan,
        macs=frozenset({_MAC}),
    )
