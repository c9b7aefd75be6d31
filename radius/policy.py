"""May this person connect now? Rules in a fixed order; the first that says no decides, every one leaves a step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo

from kmikro.lib import macs, timetable
from radius import messages, paces, rules_hours, rules_person, rules_place, rules_request, rules_state, token
from radius.case import Case, No
from radius.events import Accept, AccessRequest, Reject, Step
from radius.known import Facts
from radius.sentences import Said, nobody
from radius.terms import extras
from subscribers import arranged

Rule = Callable[[Case], Said | No]

OF_THE_SERVICE: tuple[tuple[str, Rule], ...] = (
    ("device", rules_person.own_name),
    ("password", rules_person.password),
    ("routers", rules_person.of_routers),
    ("void", rules_state.not_void),
    ("suspended", rules_state.not_suspended),
    ("time_spent", rules_state.time_left),
    ("data_spent", rules_state.data_left),
    ("ended", rules_state.not_ended),
    ("hours", rules_hours.in_hours),
    ("data_today", rules_hours.data_today),
    ("time_today", rules_hours.time_today),
    ("fair_use", rules_hours.fair_use),
    ("speed", rules_hours.speed_now),
    ("site", rules_place.right_place),
    ("access", rules_place.right_access),
    ("lock", rules_place.right_device),
    ("devices", rules_place.devices),
)
OF_THE_PERSON = frozenset({"device", "password"})  # what only a real request can show


def authorize(request: AccessRequest, facts: Facts | None, now: float, zone: tzinfo) -> Accept | Reject:
    """Decide an Access-Request. `now` in unix seconds; `zone` is the ISP's: hours and days are told by it."""
    steps: list[Step] = []
    for code, check in rules_request.RULES:
        outcome = check(request)
        if outcome:
            if type(outcome) is No:
                return _reject(outcome, steps, request, facts, zone)
            steps.append(Step(code, True, outcome))
    if facts is None:
        return _reject(_of_nobody(request), steps, request, None, zone)
    case = Case(request, facts, now, zone)
    steps.append(Step("known", True, ("known", case.noun, facts.label, facts.plan.name)))
    for code, rule in OF_THE_SERVICE:
        outcome = rule(case)
        if outcome:
            if type(outcome) is No:
                return _reject(outcome, steps, request, facts, zone)
            steps.append(Step(code, True, outcome))
    return _accept(case, tuple(steps))


def rehearse(request: AccessRequest, facts: Facts, now: float, zone: tzinfo) -> list[Step]:
    """What the rules would say now to somebody who proves to be the right one; the last step decides."""
    case = Case(request, facts, now, zone)
    steps = [Step("known", True, ("known", case.noun, facts.label, facts.plan.name))]
    for code, rule in OF_THE_SERVICE:
        outcome = rule(case) if code not in OF_THE_PERSON else ""
        if isinstance(outcome, No):
            return [*steps, Step(outcome.code, False, outcome.text)]
        if outcome:
            steps.append(Step(code, True, outcome))
    return steps


def _of_nobody(request: AccessRequest) -> No:
    if request.name.startswith("T-") and (mac := macs.normalise(request.name[2:])):
        if mac == request.mac:
            return No("no_trial", f"{mac} asks for a trial of the hotspot, and none is offered.")
    return No("unknown_user", nobody(request.name, request.mac))


def _reject(no: No, steps: list[Step], request: AccessRequest, facts: Facts | None, zone: tzinfo) -> Reject:
    trace = (*steps, Step(no.code, False, no.text))
    language = facts.language if facts is not None and facts.language else request.nas.language
    kind = facts.kind if facts is not None else ""
    message = messages.say(no.code, language, kind, no.about, zone)
    return Reject(
        no.code, message, trace, facts.service_id if facts is not None and kind != "login" else None
    )


def _accept(case: Case, steps: tuple[Step, ...]) -> Accept:
    request, facts, plan, own = case.request, case.facts, case.facts.plan, case.own
    if facts.kind == "login":
        told = extras(group=facts.group)
        return Accept(
            None, 0, _seconds_left(case), None, 0, 0, 0, b"", trace=steps, proof=case.proof, extras=told
        )
    pace = paces.of(case)
    binds = macs.normalise(case.mac) if plan.lock == "first" and not facts.bound_mac else ""
    accept = Accept(
        facts.service_id,
        plan.plan_id,
        _seconds_left(case),
        _data_left(case),
        pace.upload_bps,
        pace.download_bps,
        plan.interim_seconds + facts.service_id * 7919 % (plan.interim_jitter + 1),
        token.issue(request.nas.schema, facts.service_id, pace.level),
        plan.devices,
        facts.starts_from_first_use and facts.first_used_at is None,
        own.session_id if own else None,
        steps,
        case.proof,
        extras=pace.extras,
        addresses=facts.addresses,
        binds=binds,
        ends_at=case.ends_at,
    )
    if plan.download_limit_bytes is not None and not plan.free:
        accept.download_left = plan.download_limit_bytes - (facts.data_used - facts.upload_used)
    if plan.upload_limit_bytes is not None and not plan.free:
        accept.upload_left = plan.upload_limit_bytes - facts.upload_used
    if case.ends_at is not None and case.ends_at - case.now < 1:
        language = facts.language or request.nas.language
        accept.message = messages.say("grace", language, facts.kind, (case.closes_at,), case.zone)
    return accept


def _seconds_left(case: Case) -> int | None:
    """Until the first of all ends; at least 1, since the rules have refused what is over."""
    facts, plan, now = case.facts, case.facts.plan, case.now
    left: list[float] = []
    if case.closes_at is not None:
        left.append(case.closes_at - now)
    if case.arranged and (away_at := arranged.next_holiday(case.arranged, now)) is not None:
        left.append(max(away_at - now, 1))
    if plan.time_limit_seconds is not None:
        left.append(plan.time_limit_seconds - facts.time_used)
    if plan.windows and (changes_at := timetable.standing(plan.windows, now, case.zone)[1]) is not None:
        left.append(max(changes_at - now, 1))
    if plan.daily_seconds is not None:
        today, until_midnight = plan.daily_seconds - case.seconds_today(), case.period("day")[1] - now
        left.append(today if today <= until_midnight else until_midnight + plan.daily_seconds)
    return int(min(left)) if left else None


def _data_left(case: Case) -> int | None:
    """What the router may let through by itself. It knows no free hours: where there are some, our reports decide."""
    facts, plan = case.facts, case.facts.plan
    if plan.free:
        return None
    left: list[int] = []
    if plan.data_limit_bytes is not None:
        left.append(plan.data_limit_bytes + case.extra(arranged.TOTAL) - facts.data_used)
    if plan.daily_data_bytes is not None:
        left.append(plan.daily_data_bytes + case.extra("day") - case.used().get("day", 0))
    return min(left) if left else None
