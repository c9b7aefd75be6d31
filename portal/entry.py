"""A guest's code: mistakes told apart, tries limited, and the answer with which the phone logs in."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import QuerySet

from accounts import limits
from billing import queries
from kmikro.lib import codes
from kmikro.lib.refusal import Refusal
from kmikro.lib.secrets import purpose_key
from portal import visit as visits
from subscribers.models import Service
from subscribers.queries import State, state_at

# reliability, input 69: with 47 bits a code, these windows make guessing hopeless.
PER_DEVICE, PER_ROUTER, PER_ISP = "5 per minute", "30 per minute", "300 per minute"

SLIP = "One character of the code is wrong. Compare it with your voucher."
WHY = {
    State.SPENT: "This voucher is used up.",
    State.ENDED: "This voucher has ended.",
    State.PAUSED: "This voucher is paused.",
    State.VOID: "This voucher was cancelled.",
}


class Mistyped(Refusal):
    """A slip in a code; `meant` is the code that was sold and must have been meant, or empty."""

    def __init__(self, text: str, meant: str = "") -> None:
        super().__init__("mistyped", text)
        self.meant = meant


@dataclass(frozen=True, slots=True)
class Login:
    """What the phone posts to its router."""

    username: str
    password: str


def find(schema: str, typed: str, *, now: datetime) -> Service:
    """The service of a typed code. Raises Refusal with a sentence for the guest."""
    code = codes.normalise(typed)
    if not code:
        raise Refusal("empty", "Type the code from your voucher.")
    # The code itself first: what its shape is matters only where nothing is found.
    service: Any = _usable([_digest(schema, code)], now).first()
    if service is None:
        raise _why_not(schema, code, now)
    state = State(service.state)
    if state in WHY:
        when = service.expires_at
        raise Refusal(
            state.value, WHY[state] if when is None or when > now else f"{WHY[state]} Buy a new one."
        )
    return cast(Service, service)


def _why_not(schema: str, code: str, now: datetime) -> Refusal:
    """What is wrong with a code that nobody here sold."""
    shapes = queries.shapes()
    lengths = sorted({shape.total for shape in shapes})
    if len(code) not in lengths:
        said = " or ".join(map(str, lengths))
        return Refusal("length", f"A code has {said} characters, this one has {len(code)}.")
    if meant := _meant(schema, [each for shape in shapes for each in codes.meant(code, shape)], now):
        return Mistyped(SLIP, meant)
    if not any(codes.is_plausible(code, shape) for shape in shapes):
        return Mistyped(SLIP)
    return Refusal("unknown", "Nobody here sold this code. Compare it with your voucher.")


def _digest(schema: str, code: str) -> str:
    return codes.lookup_digest(purpose_key("service lookup"), schema, code)


def _usable(digests: Collection[str], now: datetime) -> "QuerySet[Any]":
    vouchers = Service.objects.filter(lookup__in=digests, kind=Service.Kind.VOUCHER)
    return vouchers.select_related("plan").annotate(state=state_at(now))


def _meant(schema: str, slips: Collection[str], now: datetime) -> str:
    """The one of these codes that still works; with several, or none, it is left to the guest."""
    near = {_digest(schema, each): each for each in slips}
    works = [near[each.lookup] for each in _usable(near, now) if State(each.state) not in WHY] if near else []
    return works[0] if len(works) == 1 else ""


def count_try(visit: visits.Visit) -> None:
    """Count a try for the device, the router and the ISP. Raises accounts.limits.TooMany."""
    limits.hit("voucher-device", visit.mac, visit.ip, rule=PER_DEVICE)
    limits.hit("voucher-router", visit.router, rule=PER_ROUTER)
    limits.hit("voucher-isp", rule=PER_ISP)


def login(visit: visits.Visit, typed: str) -> Login:
    """User name and password for the router; with a challenge the CHAP answer, so the phone needs no script.

    RouterOS hotspot: password = MD5(chap-id, password, chap-challenge), in hexadecimal.
    """
    code = codes.normalise(typed)
    if not visit.chap_id:
        return Login(code, code)
    challenge = visits.octets(visit.chap_id) + code.encode() + visits.octets(visit.chap_challenge)
    return Login(code, hashlib.md5(challenge, usedforsecurity=False).hexdigest())


def called(service: Service) -> str:
    """How a service is called on a page that anybody near may read: a voucher by its serial, an account covered."""
    return service.label if service.kind == Service.Kind.VOUCHER else codes.masked(service.label)
