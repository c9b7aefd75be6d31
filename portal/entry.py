"""A guest's code: mistakes told apart, tries limited, and the answer with which the phone logs in."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.db.models import QuerySet

from accounts import limits
from kmikro.lib import codes
from kmikro.lib.refusal import Refusal
from kmikro.lib.secrets import purpose_key
from portal import visit as visits
from subscribers.models import Service
from subscribers.queries import State, state_at

# reliability, input 69: with 47 bits a code, these windows make guessing hopeless.
PER_DEVICE, PER_ROUTER, PER_ISP = "5 per minute", "30 per minute", "300 per minute"

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
    if len(code) != codes.LENGTH:
        raise Refusal("length", f"A code has {codes.LENGTH} characters, this one has {len(code)}.")
    if not codes.is_plausible(code):
        raise Mistyped(
            "One character of the code is wrong. Compare it with your voucher.", _meant(schema, code, now)
        )
    service: Any = _usable([_digest(schema, code)], now).first()
    if service is None:
        raise Refusal("unknown", "Nobody here sold this code. Compare it with your voucher.")
    state = State(service.state)
    if state in WHY:
        when = service.expires_at
        raise Refusal(
            state.value, WHY[state] if when is None or when > now else f"{WHY[state]} Buy a new one."
        )
    return cast(Service, service)


def _digest(schema: str, code: str) -> str:
    return codes.lookup_digest(purpose_key("service lookup"), schema, code)


def _usable(digests: Collection[str], now: datetime) -> "QuerySet[Any]":
    return Service.objects.select_related("plan").filter(lookup__in=digests).annotate(state=state_at(now))


def _meant(schema: str, code: str, now: datetime) -> str:
    """The one code near the typed one that still works; with several, or none, it is left to the guest."""
    near = {_digest(schema, each): each for each in codes.meant(code)}
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
