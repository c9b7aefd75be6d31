"""The verb: ask for the end of a session and write down how the router took it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from accounts.journal import SYSTEM, Actor, record
from kmikro.lib import here
from kmikro.lib.coa import NO_SESSION, Answer
from kmikro.lib.refusal import Refusal
from radius import keeping, wishes
from radius.folding import GONE
from radius.models import Session

ASKED, ACKED, REFUSED, SILENT, ENDED = "asked", "acked", "refused", "silent", "ended"
BACK, REMOVING = "back", "removing"
TASK = "radius.tasks.disconnect"  # by name: the task uses this module
# By name too: it goes over the router's API, which is another trade's; the doors' floor puts the two together.
LAST_RESORT = "dashboard.tasks.remove_at_router"
MOST_TRIES = 3  # by RADIUS, before the last resort
EPISODE = timedelta(minutes=20)  # a wish that comes later than this after the last one is a new one
BELIEF = timedelta(minutes=2)  # after an ACK; a report that is younger proves that the session lives on
CAME_BACK = "The router agreed, but the session goes on. It is asked again."


def ask(session: Session, *, by: Actor, now: datetime, came_back: bool = False) -> Session:
    """Note the wish and, after the commit, send a worker to the router. Raises Refusal when it has ended.

    A broker that is away costs a minute: `radius.limits` asks again for what was not followed by a Stop.
    """
    with transaction.atomic():
        held = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
        if held.ended_at is not None:
            raise Refusal("session_ended", "This session has ended already.")
        again = held.disconnect_at is not None and now - held.disconnect_at < EPISODE
        held.disconnect_tries = min(held.disconnect_tries + 1, 1000) if again else 1
        held.disconnect_state = BACK if came_back else ASKED
        held.disconnect_text, held.disconnect_at = CAME_BACK if came_back else "", now
        held.save(update_fields=["disconnect_state", "disconnect_text", "disconnect_at", "disconnect_tries"])
        if by != SYSTEM:
            record(by, "session.disconnect", held, now=now)
        wishes.after_commit(TASK, held.pk)
    return held


def understand(answer: Answer | None) -> tuple[str, str]:
    """State and sentence of a router's answer. A session that is not there is what was wished for."""
    if answer is None:
        return SILENT, "The router did not answer. Is it online, and is incoming RADIUS accepted there?"
    if answer.acked:
        return ACKED, ""
    return (ACKED if answer.cause == NO_SESSION else REFUSED), answer.text


def note(session_id: int, state: str, text: str) -> None:
    """Write down the router's answer, unless the Stop was faster."""
    Session.objects.filter(pk=session_id, ended_at=None).update(
        disconnect_state=state, disconnect_text=text[:200]
    )


def came_back(now: datetime) -> int:
    """Ask again where a router agreed and yet reports the session BELIEF later; returns how many.

    An ACK says that the router heard; only its reports say what it did.
    """
    agreed = Session.objects.filter(ended_at=None, disconnect_state=ACKED)
    living = agreed.filter(
        heard_at__gte=F("disconnect_at") + BELIEF,  # by our clock
        updated_at__gte=F("disconnect_at") + BELIEF / 2,  # and not a late report of before
    )
    wanted = list(living)
    for session in wanted:
        ask(session, by=SYSTEM, now=now, came_back=True)
    return len(wanted)


def end_all(services: Collection[int], *, by: Actor, now: datetime) -> int:
    """Ask for the end of every live session of these services; returns how many were asked."""
    live = list(Session.objects.filter(service_id__in=services, ended_at=None))
    for session in live:
        ask(session, by=by, now=now)
    return len(live)


def is_stubborn(session: Session) -> bool:
    """Was RADIUS tried often enough?"""
    return session.disconnect_tries > MOST_TRIES


def go_by_hand(session_id: int) -> None:
    """After the commit, have the session removed over the router's API."""
    wishes.after_commit(LAST_RESORT, session_id)


def close(session_id: int) -> None:
    """The router does not have this session: it has ended, though no Stop came."""
    held = Session.objects.select_for_update(of=("self",)).filter(pk=session_id, ended_at=None)
    keeping.tell(here.schema(), keeping.presume(list(held), GONE))
