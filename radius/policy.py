"""May this person connect now? Rules in a fixed order; the first that says no decides, every one leaves a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from kmikro.lib import codes
from radius import token
from radius.events import Accept, AccessRequest, Facts, Live, Reject, Step
from radius.seal import answers, same
from radius.wording import amount, moment, span

_CONDEMNING = ("duplicate:", "malformed:User-Password", "malformed:CHAP-Password")
_TRY_AGAIN = "Please check what you typed and try again."


@dataclass(frozen=True, slots=True)
class _No:
    """A rule's refusal: code, the operator's sentence, the customer's sentence."""

    code: str
    text: str
    message: str


def fold(typed: bytes) -> bytes:
    """A voucher code as it is compared, however it was typed."""
    return codes.normalise(typed.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def authorize(request: AccessRequest, facts: Facts | None, now: float, zone: tzinfo) -> Accept | Reject:
    """Decide an Access-Request. `now` in unix seconds; `zone` is the ISP's, for the sentences only."""
    steps: list[Step] = []

    def said(outcome: str | _No, code: str) -> Reject | None:
        if isinstance(outcome, _No):
            steps.append(Step(outcome.code, False, outcome.text))
            service_id = facts.service_id if facts else None
            return Reject(outcome.code, outcome.message, tuple(steps), service_id)
        if outcome:
            steps.append(Step(code, True, outcome))
        return None

    for code, check in _OF_THE_REQUEST:
        if (reject := said(check(request), code)) is not None:
            return reject
    if facts is None:
        unknown = _No(
            "unknown_user", f"Nobody here is called {_shown(request.name)}.", f"Unknown code. {_TRY_AGAIN}"
        )
        return said(unknown, "") or Reject(unknown.code, unknown.message)
    steps.append(Step("known", True, f"{_title(facts)} {facts.label} was found, plan {facts.plan_name}."))
    case = _Case(request, facts, now, zone)
    for code, rule in _OF_THE_SERVICE:
        if (reject := said(rule(case), code)) is not None:
            return reject
    return _accept(case, tuple(steps))


def _shown(name: str) -> str:
    return f"“{name[:64]}”" if name else "nothing"


def _title(facts: Facts) -> str:
    return "Voucher" if facts.kind == "voucher" else "Account"


# What the request itself must be.


def _well_formed(request: AccessRequest) -> str | _No:
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


def _one_password(request: AccessRequest) -> str | _No:
    if "both_passwords" in request.oddities:
        text = "The request carries more than one kind of password."
        return _No("both_passwords", text, "The router sent a request we cannot read.")
    for oddity in request.oddities:
        if oddity.startswith("unsupported:"):
            method = oddity.partition(":")[2]
            text = f"The router used {method}; the hotspot profile must use HTTP CHAP or HTTP PAP."
            return _No("unsupported_method", text, "This way of signing in is not offered here.")
    if request.password is None and request.chap is None:
        return _No("no_password", "The request carries no password.", f"No password was given. {_TRY_AGAIN}")
    return ""


_OF_THE_REQUEST: tuple[tuple[str, Callable[[AccessRequest], str | _No]], ...] = (
    ("well_formed", _well_formed),
    ("one_password", _one_password),
)


# What the service must be.


@dataclass(frozen=True, slots=True)
class _Case:
    request: AccessRequest
    facts: Facts
    now: float
    zone: tzinfo

    def no(self, code: str, text: str, message: str) -> _No:
        return _No(code, text, message)

    @property
    def noun(self) -> str:
        return "voucher" if self.facts.kind == "voucher" else "account"

    @property
    def ends_at(self) -> float | None:
        """When the service ends, its own date and its validity from first use both counted."""
        facts, ends = self.facts, [] if self.facts.expires_at is None else [self.facts.expires_at]
        if facts.validity_seconds is not None:
            if facts.first_used_at is not None:
                ends.append(facts.first_used_at + facts.validity_seconds)
            elif facts.starts_from_first_use:
                ends.append(self.now + facts.validity_seconds)
        return min(ends, default=None)

    @property
    def own(self) -> Live | None:
        """The live session of this very device on this very router: it is taken over, not counted."""
        mac, router_id = self.request.mac, self.request.nas.router_id
        mine = (each for each in self.facts.live if mac and each.mac == mac and each.router_id == router_id)
        return next(mine, None)


def _password(case: _Case) -> str | _No:
    request, facts = case.request, case.facts
    if facts.secret is not None:
        candidates = {facts.secret}
    elif facts.kind == "voucher":  # a code is its own password
        candidates = {request.username, fold(request.username)} - {b""}
    else:
        candidates = set[bytes]()
    if request.chap is not None:
        right = any(answers(request.chap, each) for each in candidates)
    elif facts.secret is not None:
        right = same(request.password or b"", facts.secret)
    else:
        right = bool(candidates) and same(fold(request.password or b""), fold(request.username))
    if right:
        return f"The password is right ({'CHAP' if request.chap else 'PAP'})."
    return case.no(
        "wrong_password", f"The password for {facts.label} is wrong.", f"Wrong password. {_TRY_AGAIN}"
    )


def _not_void(case: _Case) -> str | _No:
    if case.facts.status == "void":
        text = f"The {case.noun} was made void."
        return case.no("void", text, f"This {case.noun} is not valid any more.")
    return ""


def _not_suspended(case: _Case) -> str | _No:
    if case.facts.status == "suspended":
        return case.no(
            "suspended",
            f"The {case.noun} is suspended.",
            f"Your {case.noun} is paused. Please ask your provider.",
        )
    return ""


def _not_ended(case: _Case) -> str | _No:
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
    return f"It runs until {moment(ends_at, case.zone)}, {span(ends_at - now)} from now."


def _time_left(case: _Case) -> str | _No:
    limit, used = case.facts.time_limit_seconds, case.facts.time_used
    if limit is None:
        return ""
    if limit - used < 1:
        text = f"All {span(limit)} of online time are used."
        return case.no("time_spent", text, f"The time of your {case.noun} is used up.")
    return f"{span(limit - used)} of {span(limit)} online time are left."


def _data_left(case: _Case) -> str | _No:
    limit, used = case.facts.data_limit_bytes, case.facts.data_used
    if limit is None:
        return ""
    if limit - used < 1:
        text = f"All {amount(limit)} of data are used."
        return case.no("data_spent", text, f"The data of your {case.noun} is used up.")
    return f"{amount(limit - used)} of {amount(limit)} data are left."


def _right_place(case: _Case) -> str | _No:
    sites = case.facts.sites
    if sites is not None and case.request.nas.router_id not in sites:
        text = f"The {case.noun} may not be used at this router."
        return case.no("wrong_site", text, f"Your {case.noun} is not valid at this place.")
    return ""


def _devices(case: _Case) -> str | _No:
    facts, own = case.facts, case.own
    if not facts.devices:
        return ""
    others = [each for each in facts.live if each is not own]
    if len(others) >= facts.devices:
        latest = max(others, key=lambda each: each.started_at)
        text = (
            f"{len(others)} of {facts.devices} devices are online already, "
            f"{latest.mac or 'one'} since {moment(latest.started_at, case.zone)}."
        )
        message = f"Your {case.noun} is already in use on {len(others)} device{'s' * (len(others) != 1)}."
        return case.no("too_many_devices", text, message)
    taken = f", taking over this device's own session {own.session_id}" if own else ""
    return f"Device {len(others) + 1} of {facts.devices}{taken}."


_OF_THE_SERVICE: tuple[tuple[str, Callable[[_Case], str | _No]], ...] = (
    ("password", _password),
    ("void", _not_void),
    ("suspended", _not_suspended),
    ("time_spent", _time_left),
    ("data_spent", _data_left),
    ("ended", _not_ended),
    ("site", _right_place),
    ("devices", _devices),
)


def _accept(case: _Case, steps: tuple[Step, ...]) -> Accept:
    request, facts = case.request, case.facts
    left = [case.ends_at - case.now] if case.ends_at is not None else []
    if facts.time_limit_seconds is not None:
        left.append(facts.time_limit_seconds - facts.time_used)
    own = case.own
    return Accept(
        service_id=facts.service_id,
        plan_id=facts.plan_id,
        session_timeout=int(min(left)) if left else None,
        data_left=None if facts.data_limit_bytes is None else facts.data_limit_bytes - facts.data_used,
        upload_bps=facts.upload_bps,
        download_bps=facts.download_bps,
        interim_seconds=facts.interim_seconds,
        class_=token.issue(request.nas.schema, facts.service_id),
        devices=facts.devices,
        starts_clock=facts.starts_from_first_use and facts.first_used_at is None,
        replaces=own.session_id if own else None,
        trace=steps,
    )
