"""One service and one wish to use it, with what several rules ask about worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, final

from kmikro.lib import macs, timetable, validity
from radius import passwords
from radius.events import AccessRequest
from radius.known import Facts, Live
from radius.passwords import FRAMED
from radius.terms import Used
from subscribers import arranged, speeds, stages
from subscribers.arranged import Arranged
from subscribers.speeds import Timed
from subscribers.stages import Stage

HOTSPOT, PPP, DHCP, LOGIN, WIFI = "hotspot", "ppp", "dhcp", "login", "wifi"
ROUTER_LOGIN = b"\0login\0"  # before the name of somebody who logs in to a router itself
_LOGIN_TYPES = (6, 7)  # Administrative, NAS-Prompt
_LOGIN_USER, ETHERNET = 1, 15
_HOTSPOT_SESSION = "80"  # RouterOS begins the ids of hotspot sessions so


@final
@dataclass(frozen=True, slots=True)
class No:
    """A rule's refusal: code, the operator's sentence, and what the customer's sentence is filled with."""

    code: str
    text: str
    about: tuple[Any, ...] = ()


def way(request: AccessRequest) -> str:
    """What the person wants into. RouterOS says Framed for PPP only, names a hotspot's client by its MAC and its port
    by its type, and asks for a DHCP client with its MAC as user name and neither (manual, RADIUS Client, 7.x)."""
    kind = request.service_type
    if request.tunnel:
        return WIFI  # 802.1X, whatever Service-Type the access point says
    if kind == FRAMED:
        return PPP
    if kind in _LOGIN_TYPES:
        return LOGIN
    if kind == _LOGIN_USER:
        marked = request.nas_port_type is not None or request.framed_ip or macs.normalise(request.mac)
        return HOTSPOT if marked else LOGIN
    if (
        kind is None
        and request.nas_port_type == ETHERNET
        and not request.session_id.startswith(_HOTSPOT_SESSION)
    ):
        if macs.normalise(request.username.decode("ascii", "replace")):
            return DHCP
    return HOTSPOT


def name_of(request: AccessRequest) -> bytes:
    """Under which name facts are kept: those of router logins are a space of their own."""
    return request.username if way(request) != LOGIN else ROUTER_LOGIN + request.username


class Case:
    """`ends_at` is the end of the service, `closes_at` that end with its grace."""

    __slots__ = (
        "arranged",
        "closes_at",
        "ends_at",
        "facts",
        "mac",
        "noun",
        "now",
        "own",
        "proof",
        "request",
        "way",
        "zone",
    )

    def __init__(self, request: AccessRequest, facts: Facts, now: float, zone: tzinfo) -> None:
        self.request, self.facts, self.now, self.zone = request, facts, now, zone
        self.arranged: tuple[Arranged, ...] = arranged.rows_of(facts.arranged) if facts.arranged else ()
        self.noun = "voucher" if facts.kind == "voucher" else "account"
        self.way = way(request)
        # A DHCP client is named by its client identifier, which need not be its MAC; its user name is.
        self.mac = (
            request.mac if self.way != DHCP else macs.normalise(request.username.decode("ascii", "replace"))
        )
        ends_at = self.ends_at = _end(facts, now, zone)
        grace = facts.plan.grace_seconds if facts.grace_seconds is None else facts.grace_seconds
        self.closes_at = ends_at if ends_at is None else ends_at + grace
        self.proof = passwords.proof(request, facts) if request.ms_chap is not None else None
        self.own = _own_session(self.mac, request.nas.router_id, facts.live) if facts.live else None

    def used(self) -> dict[str, int]:
        """Bytes of this day, week and month; what was read in an earlier one counts for nothing any more."""
        if not self.facts.used:
            return {}
        used = Used(*self.facts.used)
        read = (("day", used.day_at, used.day_bytes), ("week", used.week_at, used.week_bytes))
        return {
            name: int(octets)
            for name, at, octets in (*read, ("month", used.month_at, used.month_bytes))
            if at >= self.period(name)[0]
        }

    def seconds_today(self) -> int:
        """Seconds online since midnight."""
        used = Used(*self.facts.used) if self.facts.used else None
        return int(used.day_seconds) if used is not None and used.day_at >= self.period("day")[0] else 0

    def extra(self, period: str) -> int:
        """Bytes that were given on top of a count: of the whole service, or of a day, week or month."""
        return arranged.extra(self.arranged, period, self.now) if self.arranged else 0

    def stage(self) -> Stage | None:
        """The stage of fair use that holds now; extra data of its period puts it off."""
        steps = self.facts.plan.stages
        if not steps:
            return None
        used = self.used()
        if self.arranged:
            used = {name: octets - self.extra(name) for name, octets in used.items()}
        return stages.reached(steps, used)

    def speed(self) -> Arranged | None:
        """The speed that was arranged for now."""
        return arranged.speed(self.arranged, self.now) if self.arranged else None

    def timed(self) -> tuple[Timed | None, float | None]:
        """The speed of this hour, None where there is none, and when that may change."""
        given = self.facts.plan.speeds
        return speeds.standing(given, self.now, self.zone) if given else (None, None)

    def period(self, name: str) -> tuple[float, float]:
        return timetable.period(name, self.now, self.zone)


def _end(facts: Facts, now: float, zone: tzinfo) -> float | None:
    """When the service ends. A voucher's clock starts at its first Accept and is its expires_at from then on."""
    ends_at, valid = facts.expires_at, facts.plan.validity
    if valid is None or not facts.starts_from_first_use or facts.first_used_at is not None:
        return ends_at
    ends_so = validity.end(now, valid, zone)
    return ends_so if ends_at is None else min(ends_at, ends_so)


def _own_session(mac: str, router_id: int, live: tuple[Live, ...]) -> Live | None:
    """The live session of this very device on this very router: it is taken over, not counted."""
    mine = (each for each in live if mac and each.mac == mac and each.router_id == router_id)
    return next(mine, None)
