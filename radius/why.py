"""Why can this voucher, account or device not connect? One sentence, what to do, and the rules behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from django.db.models import Q

from kmikro.lib import codes, here, macs
from radius import fallback, policy, remedies
from radius.case import DHCP, ETHERNET, PPP
from radius.events import Accept, AccessRequest, Nas, Reject, Step
from radius.gather import instead
from radius.known import Facts
from radius.lookup import facts_of, lookups
from radius.models import AuthAttempt, Session
from radius.octets import spell
from radius.passwords import FRAMED
from radius.rules_request import SUSPENDED
from radius.wording import moment
from subscribers.models import Device, Service

RECENT = timedelta(hours=1)
LONGEST = 253
ANY_DEVICE = "02:00:00:00:00:00"  # stands for a device when none was named
ONLINE, REFUSED, ROUTER, READY, UNKNOWN = "online", "refused", "router", "ready", "unknown"


@dataclass(frozen=True, slots=True)
class Place:
    """A router as the doors know it."""

    name: str
    is_up: bool


@dataclass(frozen=True, slots=True)
class Reason:
    """The answer. `state`: online, refused, router (down), ready (nothing stands in the way), unknown."""

    state: str
    code: str
    sentence: str
    fix: str
    steps: list[Step] = field(default_factory=list)
    service: Service | None = None
    session: Session | None = None
    attempt: AuthAttempt | None = None


@dataclass(frozen=True, slots=True)
class _Case:
    service: Service | None
    mac: str  # when a device was asked about
    last: AuthAttempt | None
    live: list[Session]


def explain(
    typed: str, *, places: Mapping[int, Place], now: datetime, zone: tzinfo, is_suspended: bool = False
) -> Reason:
    """Answer for a code, serial, user name or MAC; call inside the tenant. Looks at how things are now.

    `is_suspended`: the whole ISP is, so that nobody new is let in.
    """
    words = typed.encode("utf-8", "replace").decode().replace("\0", "").strip()[:LONGEST]
    case = _case(words)
    if case.service is None:
        return _of_nobody(words, case, zone)
    steps = _rehearsed(case.service, case, now, zone)
    decisive = steps[-1]
    if not decisive.ok:
        return _reason(case, REFUSED, decisive.code, decisive.text, remedies.of(decisive.code), steps)
    if is_suspended and not case.live:
        steps.append(Step("isp_suspended", False, SUSPENDED))
        return _reason(case, REFUSED, "isp_suspended", SUSPENDED, remedies.of("isp_suspended"), steps)
    return _of_working(case, case.service, steps, places, now, zone)


def _case(words: str) -> _Case:
    mac = macs.normalise(words)
    service = _service(words, mac)
    if service is not None:
        attempts, sessions = Q(service=service), Q(service=service)
    elif mac:
        attempts = sessions = Q(mac=mac)
    else:
        name = spell(words.encode())
        attempts = sessions = Q(username__in={name, codes.normalise(words)})
    if service is not None and mac:
        attempts, sessions = attempts & Q(mac=mac), sessions & Q(mac=mac)
    last = AuthAttempt.objects.filter(attempts).select_related("service").order_by("-at", "-pk").first()
    live = Session.objects.filter(sessions, ended_at=None).defer("fold").order_by("-started_at")[:20]
    return _Case(service, mac, last, list(live))


def _service(words: str, mac: str) -> Service | None:
    known = Service.objects.select_related("plan")
    if not words:
        return None
    if mac:
        device = Device.objects.filter(mac=mac).first()
        if device is not None:
            return known.get(pk=device.service_id)
        used = (
            AuthAttempt.objects.filter(mac=mac, service__isnull=False)
            .order_by("-at")
            .values("service_id")[:1]
        )
        return known.filter(pk__in=used).first()
    digests = lookups(here.schema(), words.encode())
    found = min(known.filter(lookup__in=digests), key=lambda each: digests.index(each.lookup), default=None)
    return found or known.filter(label__iexact=words).order_by("-pk").first()


def _rehearsed(service: Service, case: _Case, now: datetime, zone: tzinfo) -> list[Step]:
    """The rules, as they would go for the device that tried last, or else for the one that is online."""
    session = case.live[0] if case.live else None
    tried = case.last
    if session is not None and (tried is None or tried.accepted or tried.at < session.started_at):
        mac, router_id = session.mac, session.router_id
    elif tried is not None:
        mac, router_id = tried.mac, tried.router_id
    else:
        mac, router_id = case.mac, 0
    facts = facts_of([service.pk], now.timestamp())[service.pk]
    request = _request(facts, mac, router_id)
    steps = policy.rehearse(request, facts, now.timestamp(), zone)
    last = steps[-1]
    if last.ok or last.code not in fallback.REASONS:
        return steps
    refused = Reject(last.code, "", tuple(steps))
    given = fallback.instead(request, facts, refused, instead(), now.timestamp(), zone)
    if isinstance(given, Accept):  # the refusal is still the answer; what they get instead belongs to it
        steps[-1] = Step(last.code, False, f"{last.text} {given.trace[-1].text}")
    return steps


def _request(facts: Facts, mac: str, router_id: int) -> AccessRequest:
    """What a router would ask for them: the last one, or else one where they are welcome, with a device that is."""
    for sites in (facts.sites, facts.plan.sites):
        if sites and router_id == 0:
            router_id = min(sites)
    device = mac or facts.bound_mac or min(facts.macs, default=ANY_DEVICE)
    is_lease = facts.access == DHCP
    return AccessRequest(
        nas=Nas(schema=here.schema(), router_id=router_id, address="", secret=b""),
        identifier=0,
        authenticator=bytes(16),
        source=("", 0),
        username=device.encode() if is_lease else b"",
        password=None,
        chap=None,
        mac=device,
        nas_port_type=ETHERNET if is_lease else None,
        service_type=FRAMED if facts.access == PPP else None,
    )


def _of_nobody(words: str, case: _Case, zone: tzinfo) -> Reason:
    shown = f"“{words[:64]}”" if words else "nothing"
    if case.live:
        session = case.live[0]
        text = f"{shown} is online since {moment(session.started_at.timestamp(), zone)}, without a voucher."
        return Reason(ONLINE, "stranger", text, remedies.ONLINE, session=session, attempt=case.last)
    if case.last is not None:
        at = moment(case.last.at.timestamp(), zone)
        text = f"The last attempt, on {at}, was refused: {case.last.sentence}"
        return Reason(REFUSED, case.last.code, text, remedies.of(case.last.code), attempt=case.last)
    if len(codes.normalise(words)) == codes.LENGTH and not codes.is_plausible(words):
        text = f"{shown} cannot be a code of ours: a character of it is wrong."
    else:
        text = f"No voucher, account or device is called {shown}, and nothing of that name has tried."
    return Reason(UNKNOWN, "unknown_user", text, remedies.of("unknown_user"))


def _of_working(
    case: _Case,
    service: Service,
    steps: list[Step],
    places: Mapping[int, Place],
    now: datetime,
    zone: tzinfo,
) -> Reason:
    """The service may connect; what else can be in its way?"""
    label, last = service.label, case.last
    if case.live:
        session = case.live[0]
        where, since = _name(places, session.router_id), moment(session.started_at.timestamp(), zone)
        text = f"{label} is online now at {where}, since {since}."
        return _reason(case, ONLINE, "online", text, remedies.ONLINE, steps)
    if down := _down(places, [last.router_id] if last else places):
        text = f"{label} may connect, but {down}."
        return _reason(case, ROUTER, "router_down", text, remedies.NO_ROUTER, steps)
    if last is None:
        text = f"{label} may connect, but nobody has tried with it: no request has reached us."
        return _reason(case, READY, "never_tried", text, remedies.never_tried(service.access), steps)
    at, fresh = moment(last.at.timestamp(), zone), now - last.at < RECENT
    if not last.accepted:
        text = f"{label} may connect now. Its last attempt, on {at}, was refused: {last.sentence}"
        fix = remedies.of(last.code) if fresh else remedies.TRY_NOW
        return _reason(case, REFUSED if fresh else READY, last.code, text, fix, steps)
    if fresh and not Session.objects.filter(service=service, started_at__gte=last.at - RECENT).exists():
        text = f"{label} was let in on {at}, but the router reports no session of it."
        return _reason(case, REFUSED, "no_session", text, remedies.NO_SESSION, steps)
    text = f"Nothing stands in the way of {label}. It was let in last on {at}."
    return _reason(case, READY, "ready", text, remedies.TRY_NOW, steps)


def _name(places: Mapping[int, Place], router_id: int) -> str:
    return places[router_id].name if router_id in places else "a router that was removed"


def _down(places: Mapping[int, Place], ids: Iterable[int]) -> str:
    """In words, when each of these is down."""
    known = [places[each] for each in ids if each in places]
    if not known or any(each.is_up for each in known):
        return ""
    return f"{known[0].name} does not answer us" if len(known) == 1 else "none of the routers answers us"


def _reason(case: _Case, state: str, code: str, text: str, fix: str, steps: list[Step]) -> Reason:
    session = case.live[0] if case.live else None
    return Reason(state, code, text, fix, steps, case.service, session, case.last)
