"""What a session that is up may have now: the rules of policy without those that only a request can answer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from kmikro.lib import timetable
from radius import fallback, paces, rules_hours, rules_place, rules_state
from radius.case import Case, No
from radius.events import AccessRequest, Nas
from radius.fallback import LEVELS, REASONS, after
from radius.known import Facts
from radius.terms import Extras, Fallback
from subscribers.arranged import changes_at

GARDEN = "g:"  # levels of a fallback begin so; the others are those of `radius.paces`
_RULES = (
    *(rules_state.not_void, rules_state.not_suspended, rules_state.time_left, rules_state.data_left),
    *(rules_state.not_ended, rules_hours.in_hours, rules_hours.data_today, rules_hours.time_today),
    *(rules_place.right_place, rules_place.right_device),
)
_STILL = (rules_place.right_place, rules_place.right_device)


@dataclass(frozen=True, slots=True)
class Held:
    """It goes on, at this level and speed. `due_at`: when the clock alone changes that, in unix seconds."""

    level: str
    download_bps: int
    upload_bps: int
    extras: Extras
    due_at: float | None


@dataclass(frozen=True, slots=True)
class Over:
    """It has to end, because of this rule."""

    code: str
    text: str
    due_at: float | None


def judge(
    facts: Facts, mac: str, router_id: int, house: Mapping[str, Fallback], now: float, zone: tzinfo
) -> Held | Over:
    """`mac` and `router_id` are the session's; `house` is what the ISP gives instead of refusals."""
    case = Case(_request(mac, router_id), facts, now, zone)
    due_at = _due(case)
    no = next((outcome for rule in _RULES if isinstance(outcome := rule(case), No)), None)
    if no is None:
        return Held(*paces.of(case), due_at)
    reason = REASONS.get(no.code)
    reason = after(case, reason) if reason else None
    given = fallback.given(facts.plan, house).get(reason) if reason else None
    if reason is None or given is None or reason not in LEVELS:
        return Over(no.code, no.text, due_at)
    if reason != "locked_device" and any(isinstance(rule(case), No) for rule in _STILL):
        return Over(no.code, no.text, due_at)
    return Held(LEVELS[reason], given.download_bps, given.upload_bps, given.extras, due_at)


def moves(level: str, facts: Facts, wanted: Held, house: Mapping[str, Fallback]) -> bool:
    """Does it take another list or pool than the session was let in with? No CoA changes those on RouterOS."""
    given = fallback.given(facts.plan, house)
    there = {LEVELS[reason]: each.extras for reason, each in given.items() if reason in LEVELS}
    was = there.get(level) if level.startswith(GARDEN) else facts.plan.extras
    if was is None:  # the ISP has taken that setting away
        return True
    return (was.address_list, was.pool) != (wanted.extras.address_list, wanted.extras.pool)


def _request(mac: str, router_id: int) -> AccessRequest:
    return AccessRequest(
        nas=Nas(schema="", router_id=router_id, address="", secret=b""),
        identifier=0,
        authenticator=b"",
        source=("", 0),
        username=b"",
        password=None,
        chap=None,
        mac=mac,
    )


def _due(case: Case) -> float | None:
    """The next moment at which a rule may say something else without anything being used or changed."""
    plan, now = case.facts.plan, case.now
    times = [case.ends_at, case.closes_at, *changes_at(case.arranged, now)]
    if plan.windows:
        times.append(timetable.standing(plan.windows, now, case.zone)[1])
    if plan.speeds:
        times.append(case.timed()[1])
    periods = {each.period for each in plan.stages}
    if plan.daily_data_bytes is not None or plan.daily_seconds is not None:
        periods.add("day")
    times += [case.period(name)[1] for name in periods]
    return min((each for each in times if each is not None and each > now), default=None)
