"""May this person connect now? Rules in a fixed order; the first that says no decides, every one leaves a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from radius import passwords, token
from radius.events import Accept, AccessRequest, Reject, Step
from radius.known import Facts, Live
from radius.sentences import Said, nobody
from radius.wording import amount, moment, span

_CONDEMNING = ("duplicate:", "malformed:User-Password", "malformed:CHAP-Password", "malformed:MS-CHAP")
_ACCESS = {"hotspot": "at a hotspot", "ppp": "over PPP (PPPoE)", "wifi": "Wi-Fi with 802.1X"}
_TRY_AGAIN = "Please check what you typed and try again."


@dataclass(frozen=True, slots=True)
class _No:
    """A rule's refusal: code, the operator's sentence, the customer's sentence."""

    code: str
    text: str
    message: str


def authorize(request: AccessRequest, facts: Facts | None, now: float, zone: tzinfo) -> Accept | Reject:
    """Decide an Access-Request. `now` in unix seconds; `zone` is the ISP's, for the sentences only."""
    steps: list[Step] = []
    for code, check in _OF_THE_REQUEST:
        outcome = check(request)
        if isinstance(outcome, _No):
            return _reject(outcome, steps, facts)
        if outcome:
            steps.append(Step(code, True, outcome))
    if facts is None:
        return _reject(
            _No("unknown_user", nobody(request.name, request.mac), f"Unknown code. {_TRY_AGAIN}"), steps, None
        )
    case = _Case(request, facts, now, zone)
    steps.append(Step("known", True, ("known", case.noun, facts.label, facts.plan.name)))
    for code, rule in _OF_THE_SERVICE:
        outcome = rule(case)
        if outcome:
            if isinstance(outcome, _No):
                return _reject(outcome, steps, facts)
            steps.append(Step(code, True, outcome))
    return _accept(case, tuple(steps))


def rehearse(request: AccessRequest, facts: Facts, now: float, zone: tzinfo) -> list[Step]:
    """What the rules would say now to somebody who proves to be the right one; the last step decides."""
    case = _Case(request, facts, now, zone)
    steps = [Step("known", True, ("known", case.noun, facts.label, facts.plan.name))]
    for code, rule in _OF_THE_SERVICE:
        outcome = rule(case) if code not in _OF_THE_PERSON else ""
        if isinstance(outcome, _No):
            return [*steps, Step(outcome.code, False, outcome.text)]
        if outcome:
            steps.append(Step(code, True, outcome))
    return steps


def _reject(no: _No, steps: list[Step], facts: Facts | None) -> Reject:
    trace = (*steps, Step(no.code, False, no.text))
    return Reject(no.code, no.message, trace, facts.service_id if facts else None)


# What the request itself must be.


def _well_formed(request: AccessRequest) -> Said | _No:
    for oddity in request.oddities:
        if oddity.startswith(_CONDEMNING):
            what, _, name = oddity.partition(":")
            fault = "came more than once" if what == "duplicate" else "has a length no router makes"
            return _No(
                "malformed", f"{name} in the request {fault}.", "The router sent a request we cannot read."
            )
    if "missing:User-Name" in request.oddities:
        return _No("malformed", "The request names no user.", _TRY_AGAIN)
    return ""


def _one_password(request: AccessRequest) -> Said | _No:
    if "both_passwords" in request.oddities:
        text = "The request carries more than one kind of password."
        return _No("both_passwords", text, "The router sent a request we cannot read.")
    for oddity in request.oddities:
        if oddity.startswith("unsupported:"):
            method = oddity.partition(":")[2]
            text = f"The router used {method}, which is not offered to it."
            return _No("unsupported_method", text, "This way of signing in is not offered here.")
    if request.ms_chap is not None:
        if request.ms_chap.version == 2 or request.nas.allow_mschap1:
            return ""
        text = "The router used MS-CHAP of version 1, which is broken and switched off for it."
        return _No("unsupported_method", text, "This way of signing in is not offered here.")
    if request.password is None and request.chap is None:
        return _No("no_password", "The request carries no password.", f"No password was given. {_TRY_AGAIN}")
    return ""


_OF_THE_REQUEST: tuple[tuple[str, Callable[[AccessRequest], Said | _No]], ...] = (
    ("well_formed", _well_formed),
    ("one_password", _one_password),
)


# What the service must be.


class _Case:
    """One service and one wish to use it, with what several rules ask about worked out once."""

    __slots__ = ("ends_at", "facts", "noun", "now", "own", "proof", "request", "zone")

    def __init__(self, request: AccessRequest, facts: Facts, now: float, zone: tzinfo) -> None:
        self.request, self.facts, self.now, self.zone = request, facts, now, zone
        self.noun = "voucher" if facts.kind == "voucher" else "account"
        self.ends_at = _end(facts, now)
        self.proof = passwords.proof(request, facts) if request.ms_chap is not None else None
        self.own = _own_session(request, facts.live) if facts.live else None

    def no(self, code: str, text: str, message: str) -> _No:
        return _No(code, text, message)


def _end(facts: Facts, now: float) -> float | None:
    """When the service ends. A voucher's clock starts at its first Accept and is its expires_at from then on."""
    ends_at, validity = facts.expires_at, facts.plan.validity_seconds
    if validity is None or not facts.starts_from_first_use or facts.first_used_at is not None:
        return ends_at
    return now + validity if ends_at is None else min(ends_at, now + validity)


def _own_session(request: AccessRequest, live: tuple[Live, ...]) -> Live | None:
    """The live session of this very device on this very router: it is taken over, not counted."""
    mac, router_id = request.mac, request.nas.router_id
    mine = (each for each in live if mac and each.mac == mac and each.router_id == router_id)
    return next(mine, None)


def _own_name(case: _Case) -> Said | _No:
    """A MAC is a name that anybody can type, so it opens for that very device only, and only at a hotspot."""
    device, request = case.facts.device, case.request
    if not device:
        return ""
    if request.mac != device:
        text = (
            f"{device} was given as the user name, but the device that asks is {request.mac or 'not named'}."
        )
        return case.no("wrong_device", text, f"This name belongs to another device. {_TRY_AGAIN}")
    if (way := passwords.access(request)) != "hotspot":
        text = f"{device} is on the device list, which counts at hotspots only, and this is {_ACCESS[way]}."
        return case.no("wrong_access", text, "Please sign in with your user name and password.")
    return f"{device} is on the device list."


def _password(case: _Case) -> Said | _No:
    request, facts = case.request, case.facts
    if passwords.is_right(request, facts, case.proof):
        return ("password", passwords.method(request))
    return case.no(
        "wrong_password", f"The password for {facts.label} is wrong.", f"Wrong password. {_TRY_AGAIN}"
    )


def _not_void(case: _Case) -> Said | _No:
    if case.facts.status == "void":
        text = f"The {case.noun} was made void."
        return case.no("void", text, f"This {case.noun} is not valid any more.")
    return ""


def _not_suspended(case: _Case) -> Said | _No:
    if case.facts.status == "suspended":
        return case.no(
            "suspended",
            f"The {case.noun} is suspended.",
            f"Your {case.noun} is paused. Please ask your provider.",
        )
    return ""


def _not_ended(case: _Case) -> Said | _No:
    ends_at, now, message = case.ends_at, case.now, f"Your {case.noun} has ended."
    if ends_at is not None and ends_at - now < 1:
        text = f"The {case.noun} ended {span(now - ends_at)} ago, on {moment(ends_at, case.zone)}."
        return case.no("ended", text, message)
    if case.facts.status == "ended":
        return case.no("ended", f"The {case.noun} has ended.", message)
    if case.facts.status != "active":  # a state this rule does not know never opens the door
        return case.no("ended", f"The {case.noun} is in state {case.facts.status}.", message)
    if ends_at is None:
        return "It has no end date."
    return ("until", ends_at, now, str(case.zone))


def _time_left(case: _Case) -> Said | _No:
    limit, used = case.facts.plan.time_limit_seconds, case.facts.time_used
    if limit is None:
        return ""
    if limit - used < 1:
        text = f"All {span(limit)} of online time are used."
        return case.no("time_spent", text, f"The time of your {case.noun} is used up.")
    return ("time_left", limit - used, limit)


def _data_left(case: _Case) -> Said | _No:
    limit, used = case.facts.plan.data_limit_bytes, case.facts.data_used
    if limit is None:
        return ""
    if limit - used < 1:
        text = f"All {amount(limit)} of data are used."
        return case.no("data_spent", text, f"The data of your {case.noun} is used up.")
    return ("data_left", limit - used, limit)


def _right_place(case: _Case) -> Said | _No:
    sites = case.facts.sites
    if sites is not None and case.request.nas.router_id not in sites:
        text = f"The {case.noun} may not be used at this router."
        return case.no("wrong_site", text, f"Your {case.noun} is not valid at this place.")
    return ""


def _right_access(case: _Case) -> Said | _No:
    access = case.facts.access
    if access == "any":
        return ""
    way = passwords.access(case.request)
    if access != way:
        text = f"The {case.noun} works {_ACCESS.get(access, access)} only, and this is {_ACCESS[way]}."
        return case.no("wrong_access", text, f"Your {case.noun} is not valid for this kind of connection.")
    return f"It may be used {_ACCESS[way]}."


def _devices(case: _Case) -> Said | _No:
    facts, own, most = case.facts, case.own, case.facts.plan.devices
    if not most:
        return ""
    others = [each for each in facts.live if each is not own]
    if len(others) >= most:
        latest = max(others, key=lambda each: each.started_at)
        text = (
            f"{len(others)} of {most} devices are online already, "
            f"{latest.mac or 'one'} since {moment(latest.started_at, case.zone)}."
        )
        message = f"Your {case.noun} is already in use on {len(others)} device{'s' * (len(others) != 1)}."
        return case.no("too_many_devices", text, message)
    return ("device", len(others) + 1, most, own.session_id if own else None)


_OF_THE_SERVICE: tuple[tuple[str, Callable[[_Case], Said | _No]], ...] = (
    ("device", _own_name),
    ("password", _password),
    ("void", _not_void),
    ("suspended", _not_suspended),
    ("time_spent", _time_left),
    ("data_spent", _data_left),
    ("ended", _not_ended),
    ("site", _right_place),
    ("access", _right_access),
    ("devices", _devices),
)
_OF_THE_PERSON = frozenset({"device", "password"})  # what only a real request can show


def _accept(case: _Case, steps: tuple[Step, ...]) -> Accept:
    request, facts, plan = case.request, case.facts, case.facts.plan
    left = [case.ends_at - case.now] if case.ends_at is not None else []
    if plan.time_limit_seconds is not None:
        left.append(plan.time_limit_seconds - facts.time_used)
    own = case.own
    return Accept(
        service_id=facts.service_id,
        plan_id=plan.plan_id,
        session_timeout=int(min(left)) if left else None,
        data_left=None if plan.data_limit_bytes is None else plan.data_limit_bytes - facts.data_used,
        upload_bps=plan.upload_bps,
        download_bps=plan.download_bps,
        interim_seconds=plan.interim_seconds,
        class_=token.issue(request.nas.schema, facts.service_id),
        devices=plan.devices,
        starts_clock=facts.starts_from_first_use and facts.first_used_at is None,
        replaces=own.session_id if own else None,
        trace=steps,
        proof=case.proof,
    )
