"""What the ISP gives instead of a refusal: a walled garden, a slow line, a trial. Pure; a wrong password gets nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo

from kmikro.lib import macs
from radius import rules_place, token
from radius.case import HOTSPOT, LOGIN, Case, No, way
from radius.events import Accept, AccessRequest, Reject, Step
from radius.known import Facts, PlanFacts
from radius.terms import Fallback

# Rule that refused → reason of the ISP's setting, and the level a session is then on.
REASONS = {
    "ended": "ended",
    "suspended": "suspended",
    "time_spent": "time_spent",
    "day_time_spent": "time_spent",
    "data_spent": "data_spent",
    "day_data_spent": "data_spent",
    "locked_device": "locked_device",
    "unknown_user": "unknown_user",
    "no_trial": "trial",
}
LEVELS = {
    "ended": "g:ended",
    "suspended": "g:suspended",
    "time_spent": "g:time",
    "data_spent": "g:data",
    "locked_device": "g:device",
}
_STILL = (rules_place.right_place, rules_place.right_access, rules_place.right_device, rules_place.devices)
INTERIM_SECONDS = 60


def instead(
    request: AccessRequest,
    facts: Facts | None,
    refused: Reject,
    house: Mapping[str, Fallback],
    now: float,
    zone: tzinfo,
) -> Accept | Reject:
    """An Accept where the ISP or the plan has one for this refusal, else the refusal. `house` is by reason."""
    reason = REASONS.get(refused.code)
    offered = house if facts is None else given(facts.plan, house)
    if reason is None or not offered or way(request) == LOGIN:
        return refused
    if facts is None:
        if not _may_be_a_stranger(request, reason):
            return refused
        return _accept(request, None, refused, offered.get(reason), None)
    case = Case(request, facts, now, zone)
    reason = after(case, reason)
    if any(isinstance(rule(case), No) for rule in _STILL if reason != "locked_device" or rule is _STILL[0]):
        return refused
    return _accept(request, case, refused, offered.get(reason), LEVELS[reason])


def given(plan: PlanFacts, house: Mapping[str, Fallback]) -> Mapping[str, Fallback]:
    """By reason: the plan's own before what the ISP gives to all."""
    return {**house, **{each.reason: each for each in plan.instead}} if plan.instead else house


def after(case: Case, reason: str) -> str:
    """The reason that counts: who has nothing left and is over besides, is over."""
    over = case.closes_at is not None and case.closes_at - case.now < 1
    return "ended" if over and reason in ("time_spent", "data_spent") else reason


def _may_be_a_stranger(request: AccessRequest, reason: str) -> bool:
    """MS-CHAP needs a proof that nobody has; a hotspot's device that is let in by its MAC never sees the login page."""
    if request.ms_chap is not None or request.tunnel:
        return False
    if reason == "trial":
        return True
    by_mac = way(request) == HOTSPOT and macs.normalise(request.name) == request.mac != ""
    return request.nas.admit_unknown and not by_mac


def _accept(
    request: AccessRequest, case: Case | None, refused: Reject, given: Fallback | None, level: str | None
) -> Accept | Reject:
    if given is None:
        return refused
    facts = case.facts if case is not None else None
    name = (
        f"the plan {given.plan_name}" if given.plan_name else given.extras.address_list or "its walled garden"
    )
    own = case.own if case is not None else None
    return Accept(
        service_id=facts.service_id if facts else None,
        plan_id=facts.plan.plan_id if facts else 0,
        session_timeout=given.seconds,
        data_left=None,
        upload_bps=given.upload_bps,
        download_bps=given.download_bps,
        interim_seconds=INTERIM_SECONDS,
        class_=token.issue(request.nas.schema, facts.service_id, level or "") if facts else b"",
        devices=facts.plan.devices if facts else 0,
        replaces=own.session_id if own else None,
        trace=(*refused.trace, Step("fallback", True, ("fallback", given.reason, name, given.seconds))),
        proof=case.proof if case is not None else None,
        extras=given.extras,
        addresses=facts.addresses if facts and not given.extras.pool else (),
        message=refused.message,
    )
