"""What RADIUS does beside the sockets: talks to routers, sweeps, and the projector's safety net."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from celery import shared_task
from django.conf import settings

from kmikro.lib.coa import NO_SESSION
from radius import coa, keeping, limits, projector
from radius import disconnect as verb
from radius.folding import GONE, NO_REPORT
from radius.lookup import INTERIM_SECONDS
from radius.models import Session
from tenants.routes import nas_of
from tenants.tasks import each_isp, tenant_task, unit

SILENCE = timedelta(seconds=3 * INTERIM_SECONDS + 10)  # three reports missed


@tenant_task(enter=False)
def disconnect(schema: str, session_id: int) -> str:
    """Ask the router to end a session and note its answer; no transaction is open meanwhile."""
    with unit(schema):
        session = Session.objects.filter(pk=session_id, ended_at=None).first()
    if session is None:
        return verb.ENDED
    entry = nas_of(schema, session.router_id)
    if entry is None:
        state, text, gone = verb.REFUSED, "The router is not registered any more.", False
    else:
        route = coa.Route(entry.address, entry.coa_port, entry.secret, settings.RADIUS_ADDRESS)
        answer = coa.disconnect(
            route,
            session_id=session.acct_session_id,
            username=session.username,
            framed_ip=session.framed_ip,
            mac=session.mac,
        )
        state, text = verb.understand(answer)
        gone = answer is not None and answer.cause == NO_SESSION
    with unit(schema):
        verb.note(session_id, state, text)
        if gone:
            held = Session.objects.select_for_update(of=("self",)).filter(pk=session_id, ended_at=None)
            keeping.tell(schema, keeping.presume(list(held), GONE))
    return state


@tenant_task(enter=False)
def close_stale(schema: str) -> None:
    """End what is over, close what no router reports any more, and repeat disconnects that nobody sent."""
    now = datetime.now(UTC)
    with unit(schema):
        limits.enforce(None, now)
        limits.repeat(now)
    with unit(schema):
        silent = Session.objects.filter(ended_at=None, heard_at__lt=now - SILENCE)
        locked = list(silent.select_for_update(of=("self",), skip_locked=True)[:5000])
        keeping.tell(schema, keeping.presume(locked, NO_REPORT))


@shared_task(name="radius.tasks.close_stale_everywhere")
def close_stale_everywhere() -> int:
    return each_isp(close_stale)


@shared_task(name="radius.tasks.project")
def project() -> int:
    """Fold what waits, unless a projector is at work anyway."""
    total = 0
    with projector.elected() as line:
        while line is not None:
            taken, failed = projector.project(datetime.now(UTC))
            total += taken
            if failed or taken < projector.BATCH:
                break
    return total
