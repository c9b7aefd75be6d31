"""Brings live sessions to what they may have now: a new speed by CoA, everything else by ending them.

Call inside the tenant. Who asks: the projector for services that ended, `radius.enforcer` for all that changed or is
due, the sweep once a minute for what both missed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet

from accounts.journal import SYSTEM
from radius import change, disconnect, holding, proving
from radius.gather import instead, own_zone
from radius.holding import Over
from radius.known import Facts
from radius.lookup import facts_of
from radius.models import Session
from radius.terms import Fallback
from subscribers.models import Arrangement, Service

AGAIN = timedelta(seconds=60)  # until a disconnect that was not followed by a Stop is asked for again
AT_ONCE = 1_000  # sessions in memory at once
UP = Q(ended_at=None, service__isnull=False)
# Sessions of services that nothing but their own limits can end need no look until then.
_UNEVEN = (
    ~Q(service__status=Service.Status.ACTIVE)
    | ~Q(told="")
    | Q(told_seconds__isnull=False)
    | Q(due_at__isnull=False)
    | Q(service__expires_at__isnull=False)
    | ~Q(service__plan__windows=[])
    | ~Q(service__plan__stages=[])
    | ~Q(service__plan__speeds=[])
    | Q(service__plan__daily_data_bytes__isnull=False)
    | Q(service__plan__daily_seconds__isnull=False)
    | Q(service__plan__upload_limit_bytes__isnull=False)
    | Q(service__plan__download_limit_bytes__isnull=False)
    | ~Q(service__plan__lock="")
    | ~Q(service__plan__sites=[])
    | ~Q(service__plan__routers=[])
    | ~Q(service__sites=[])
    | ~Q(service__routers=[])
    | Exists(
        Arrangement.objects.filter(service=OuterRef("service"), undone_at=None).exclude(kind="extension")
    )
)


def settle(sessions: QuerySet[Session], now: datetime) -> int:
    """Look at live sessions and ask routers for what differs; returns how many are asked to end."""
    found = sessions.filter(UP).defer("fold", "service__secret").order_by("pk")
    ended, last = 0, 0
    while live := list(found.filter(pk__gt=last)[:AT_ONCE]):
        if not last:  # mostly there is nobody to look at
            house, zone = instead(), own_zone(now.timestamp())
        last = live[-1].pk
        ended += _settle(live, house, zone, now)
    return ended


def _settle(live: Sequence[Session], house: Mapping[str, Fallback], zone: tzinfo, now: datetime) -> int:
    at = now.timestamp()
    known: dict[int, Facts] = facts_of({each.service_id or 0 for each in live}, at)
    changed: list[int] = []
    moved: dict[datetime | None, list[int]] = defaultdict(list)
    ended = 0
    for session in live:
        facts = known.get(session.service_id or 0)
        if facts is None:
            continue
        wanted = holding.judge(facts, session.mac, session.router_id, house, at, zone)
        due_at = None if wanted.due_at is None else datetime.fromtimestamp(wanted.due_at, UTC)
        if due_at != session.due_at:
            moved[due_at].append(session.pk)
        if isinstance(wanted, Over) or holding.moves(session.told, facts, wanted, house):
            ended += _end(session, now)
        elif wanted.level != session.told and not _under_way(session, now):
            changed.append(session.pk)
        elif session.told_seconds is not None:
            _prove(session, wanted, now)
    for due_at, ids in moved.items():
        Session.objects.filter(pk__in=ids).update(due_at=due_at)
    change.ask_sessions(changed, now=now)
    return ended


def uneven(services: Collection[int] | None = None) -> QuerySet[Session]:
    """Live sessions that may be in need of a look, of these services or of all."""
    found = Session.objects.filter(UP & _UNEVEN)
    return found if services is None else found.filter(service__in=services)


def due(now: datetime) -> QuerySet[Session]:
    """Live sessions for which the clock has changed something."""
    return Session.objects.filter(UP, due_at__lte=now)


def next_due() -> datetime | None:
    """When the clock will change something next."""
    found: datetime | None = Session.objects.filter(ended_at=None).aggregate(at=Min("due_at"))["at"]
    return found


def _end(session: Session, now: datetime) -> int:
    """Ask for its end, unless that was done a moment ago."""
    if session.disconnect_state and (session.disconnect_at is None or now - session.disconnect_at < AGAIN):
        return 0
    disconnect.ask(session, by=SYSTEM, now=now)
    return 1


def _under_way(session: Session, now: datetime) -> bool:
    """Is a worker at it, or has the router refused or not answered a moment ago?"""
    if session.change_state == change.CHANGING:
        return True
    failed = session.change_state in (change.REFUSED, change.SILENT)
    return failed and session.change_at is not None and now - session.change_at < AGAIN


def _prove(session: Session, wanted: holding.Held, now: datetime) -> None:
    """Compare what was agreed to with what the next reports say."""
    verdict = proving.look(
        session.told_bytes,
        session.told_seconds or 0,
        download=session.download_bytes,
        seconds=session.seconds,
        limit_bps=wanted.download_bps,
    )
    if verdict is proving.LATER:
        return
    held = Session.objects.filter(pk=session.pk)
    if verdict is proving.BEGIN:
        held.update(told_bytes=session.download_bytes, told_seconds=session.seconds)
    elif verdict is proving.KEPT:
        held.update(told_bytes=None, told_seconds=None, change_tries=0)
    elif session.change_tries < proving.MOST_TRIES:
        held.update(told_bytes=None, told_seconds=None, change_tries=F("change_tries") + 1)
        change.ask_sessions([session.pk], now=now, text=proving.NOT_KEPT)
    else:
        held.update(told_bytes=None, told_seconds=None, change_tries=0)
        disconnect.ask(session, by=SYSTEM, now=now)
