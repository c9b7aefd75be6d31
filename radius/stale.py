"""Sessions that nobody reports any more: closed when something speaks for their end, kept as long as nothing does.

A router that reports others and not this one has lost it. A router that reports nobody may be without power, or its
link is; then it is looked up at the router itself, and only after a while is silence taken for the end.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import QuerySet

from kmikro.lib import here
from radius import keeping, wishes
from radius.folding import GONE, NO_REPORT, SILENT_ROUTER
from radius.lookup import INTERIM_JITTER, INTERIM_SECONDS
from radius.models import Session

SILENCE = timedelta(seconds=3 * (INTERIM_SECONDS + INTERIM_JITTER) + 10)  # three reports missed
PATIENCE = timedelta(minutes=10)  # with a router that reports nobody and cannot be asked
LAG = timedelta(seconds=30)  # by which folding may be behind before silence proves nothing
MOST = 5000  # sessions at a time
LOOK = "dashboard.tasks.look_at_router"  # by name: the API of routers is another trade's

Present = Collection[tuple[str, str]]  # MAC and address of those whom a router has online


def close(now: datetime) -> int:
    """Close what has ended by all evidence, and send somebody to look where there is none; returns how many closed."""
    found = _locked(Session.objects.filter(ended_at=None, heard_at__lt=now - SILENCE))
    routers = {each.router_id for each in found}
    recent = Session.objects.filter(router_id__in=routers, heard_at__gte=now - SILENCE)
    talking = set(recent.order_by().values_list("router_id", flat=True).distinct())
    missed = [each for each in found if each.router_id in talking]
    rest = [each for each in found if each.router_id not in talking]
    given_up = [each for each in rest if _heard(each) < now - PATIENCE]
    _end(missed, NO_REPORT)
    _end(given_up, SILENT_ROUTER)
    for router_id in sorted({each.router_id for each in rest if _heard(each) >= now - PATIENCE}):
        wishes.after_commit(LOOK, router_id)
    return len(missed) + len(given_up)


def judge(router_id: int, present: Present, now: datetime) -> int:
    """Close the silent sessions of a router that it does not have any more; returns how many.

    Those that it has were seen, which is as good as a report. Those without device or address cannot be told.
    """
    silent = Session.objects.filter(ended_at=None, router_id=router_id, heard_at__lt=now - SILENCE)
    found = [each for each in _locked(silent) if each.mac and each.framed_ip]
    gone = [each for each in found if (each.mac, each.framed_ip) not in present]
    _end(gone, GONE)
    here = {each.pk for each in found} - {each.pk for each in gone}
    Session.objects.filter(pk__in=here).update(heard_at=now)
    return len(gone)


def _locked(sessions: QuerySet[Session]) -> list[Session]:
    return list(sessions.select_for_update(of=("self",), skip_locked=True)[:MOST])


def _heard(session: Session) -> datetime:
    return session.heard_at or session.updated_at


def _end(sessions: Collection[Session], cause: str) -> None:
    keeping.tell(here.schema(), keeping.presume(sessions, cause))
