"""The verb: bring live sessions to the speed that their plans have now, and write down what routers said to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from kmikro.lib.coa import Answer
from radius import holding, mikrotik, throttling, wishes
from radius.gather import instead, own_zone
from radius.lookup import facts_of
from radius.models import Session

CHANGING, CHANGED, REFUSED, SILENT = "changing", "changed", "refused", "silent"
TASK = "radius.tasks.change"  # by name: the task uses this module
AGAIN = timedelta(seconds=60)  # until a wish that no worker took up is passed on again
NO_ANSWER = "The router did not answer. The new speed holds from the next login."
NOT_REGISTERED = "The router is not registered any more."


@dataclass(frozen=True, slots=True)
class Wish:
    """One session as its router knows it, and what the router shall be told."""

    id: int
    asked_at: datetime
    session_id: str
    username: str
    framed_ip: str | None
    mac: str
    attributes: Sequence[mikrotik.Attribute]
    level: str = ""  # of radius.holding
    seconds: int = 0  # of the session, by its last report
    service_id: int = 0
    download_bps: int = 0
    upload_bps: int = 0
    stage: Mapping[str, Any] = field(default_factory=dict)  # radius.throttling.about


def ask(services: Collection[int] | QuerySet[Any], *, now: datetime) -> int:
    """Ask for the speed of every live session of these services; returns how many there are.

    After the commit one worker for each router goes there; it reads the plans as they are then.
    """
    return _ask(Session.objects.filter(ended_at=None, service__in=services), now, "")


def ask_sessions(sessions: Collection[int], *, now: datetime, text: str = "") -> int:
    """The same for chosen sessions; `text` says why once more."""
    return _ask(Session.objects.filter(ended_at=None, pk__in=sessions), now, text) if sessions else 0


def _ask(live: QuerySet[Session], now: datetime, text: str) -> int:
    count = live.update(change_state=CHANGING, change_text=text[:200], change_at=now)
    if count:
        _send(set(live.order_by().values_list("router_id", flat=True)))
    return count


def repeat(now: datetime) -> int:
    """Pass on again what nobody took up (the broker was away, a worker died); returns how many routers."""
    forgotten = Session.objects.filter(ended_at=None, change_state=CHANGING, change_at__lte=now - AGAIN)
    routers = set(forgotten.order_by().values_list("router_id", flat=True))
    _send(routers)
    return len(routers)


def _send(routers: Collection[int]) -> None:
    for router_id in sorted(routers):
        wishes.after_commit(TASK, router_id)


def wanted(router_id: int, states: Collection[str], now: datetime) -> list[Wish]:
    """What is wished of a router, oldest wish first; what has to end is no wish for a speed."""
    live = Session.objects.filter(ended_at=None, router_id=router_id, change_state__in=states)
    live = (
        live.filter(service__isnull=False, change_at__isnull=False).defer("fold").order_by("change_at", "pk")
    )
    sessions, at = list(live), now.timestamp()
    if not sessions:
        return []
    known, house, zone = facts_of({each.service_id or 0 for each in sessions}, at), instead(), own_zone(at)
    wishes, over = list[Wish](), list[int]()
    for session in sessions:
        facts = known.get(session.service_id or 0)
        held = holding.judge(facts, session.mac, router_id, house, at, zone) if facts else None
        if facts is not None and isinstance(held, holding.Held):
            stage = throttling.about(facts, session.told, held.level, at, zone)
            wishes.append(_wish(session, held, stage))
        else:
            over.append(session.pk)
    Session.objects.filter(pk__in=over).update(change_state="")
    return wishes


def _wish(session: Session, held: holding.Held, stage: Mapping[str, Any]) -> Wish:
    assert session.change_at is not None
    return Wish(
        id=session.pk,
        asked_at=session.change_at,
        session_id=session.acct_session_id,
        username=session.username,
        framed_ip=session.framed_ip,
        mac=session.mac,
        attributes=mikrotik.change_attributes(
            upload_bps=held.upload_bps, download_bps=held.download_bps, extras=held.extras
        ),
        level=held.level,
        seconds=session.seconds,
        service_id=session.service_id or 0,
        download_bps=held.download_bps,
        upload_bps=held.upload_bps,
        stage=stage,
    )


def understand(answer: Answer | None) -> tuple[str, str]:
    """State and sentence of a router's answer."""
    if answer is None:
        return SILENT, NO_ANSWER
    return (CHANGED, "") if answer.acked else (REFUSED, answer.text)


def note(wish: Wish, state: str, text: str, *, now: datetime | None = None) -> None:
    """Write down what became of a wish; what a stage of fair use does to somebody stands on the timeline.

    When another change was asked for meanwhile, nobody knows which of the two reached the router last: then the
    session is wished for again, whatever the other worker noted.
    """
    held, said = Session.objects.filter(pk=wish.id, ended_at=None), {}
    if state == CHANGED:  # what it agreed to; `radius.proving` looks at whether it keeps to it
        said = {"told": wish.level, "told_bytes": None, "told_seconds": wish.seconds}
    held_so = held.filter(change_at=wish.asked_at)
    if not held_so.update(change_state=state, change_text=text[:200], **said):
        held.update(change_state=CHANGING)
    elif said:
        throttling.note(
            wish.service_id,
            wish.stage,
            download_bps=wish.download_bps,
            upload_bps=wish.upload_bps,
            now=now or wish.asked_at,
        )
