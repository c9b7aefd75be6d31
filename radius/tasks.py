"""What RADIUS does beside the sockets: talks to routers, sweeps, and the projector's safety net."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

from celery import shared_task

from kmikro.lib.coa import NO_SESSION, Answer
from radius import change as change_verb
from radius import (
    coa,
    enforcing,
    journal,
    limits,
    noticing,
    projector,
    retention,
    retention_reports,
    stale,
    traces,
)
from radius import disconnect as verb
from radius.models import Session
from tenants.models import RadiusRecord
from tenants.routes import nas_of
from tenants.tasks import each_isp, tenant_task, unit
from tenants.tunnels import source_to

AT_ONCE = 16  # CoA-Requests under way to one router
MOST_ROUNDS = 10
MOST_BATCHES = 500  # of rows to be forgotten in one night
PAUSES = (5, 20, 60)  # seconds before a silent router is asked again


@tenant_task(enter=False)
def disconnect(schema: str, session_id: int) -> str:
    """Ask the router to end a session and note its answer; no transaction is open meanwhile.

    A router that does not do it is asked over its API next.
    """
    with unit(schema):
        session = Session.objects.filter(pk=session_id, ended_at=None).first()
        if session is not None and verb.is_stubborn(session):
            verb.note(session_id, verb.REMOVING, "")
            verb.go_by_hand(session_id)
            return verb.REMOVING
    if session is None:
        return verb.ENDED
    route = _route(schema, session.router_id)
    if route is None:
        with unit(schema):
            verb.note(session_id, verb.REFUSED, change_verb.NOT_REGISTERED)
        return verb.REFUSED
    answer = coa.disconnect(
        route,
        session_id=session.acct_session_id,
        username=session.username,
        framed_ip=session.framed_ip,
        mac=session.mac,
    )
    state, text = verb.understand(answer)
    if state == verb.ACKED and session.disconnect_tries > 1:
        text = f"It agreed before, and the session went on. Try {session.disconnect_tries}."
    with unit(schema):
        verb.note(session_id, state, text)
        if answer is not None and answer.cause == NO_SESSION:
            verb.close(session_id)
        elif state != verb.ACKED:
            verb.go_by_hand(session_id)
    return state


def _route(schema: str, router_id: int) -> coa.Route | None:
    entry = nas_of(schema, router_id)
    if entry is None:
        return None
    return coa.Route(entry.address, entry.coa_port, entry.secret, source_to(entry.address))


@tenant_task(enter=False)
def change(schema: str, router_id: int, attempt: int = 0) -> None:
    """Tell a router the speeds that its live sessions shall have now; asks again when it does not answer."""
    route = _route(schema, router_id)
    states = [change_verb.CHANGING] if attempt == 0 else [change_verb.CHANGING, change_verb.SILENT]
    for _ in range(MOST_ROUNDS):  # more than one when another change was asked for meanwhile
        with unit(schema):
            wishes = change_verb.wanted(router_id, states, datetime.now(UTC))
        for at in range(0, len(wishes), AT_ONCE):
            if not _change_some(schema, route, wishes[at : at + AT_ONCE]):
                _give_up(schema, wishes[at + AT_ONCE :])
                with unit(schema):
                    if attempt < len(PAUSES):
                        change.soon(router_id, attempt + 1, countdown=PAUSES[attempt])
                return
        states = [change_verb.CHANGING]
        if not wishes:
            return


def _change_some(schema: str, route: coa.Route | None, wishes: Sequence[change_verb.Wish]) -> bool:
    """Send some wishes at once and note what came of them; False when the router answered none of them."""
    if route is None:
        with unit(schema):
            for wish in wishes:
                change_verb.note(wish, change_verb.REFUSED, change_verb.NOT_REGISTERED)
        return True
    with ThreadPoolExecutor(len(wishes)) as threads:  # sockets only; the database stays with this thread
        answers = list(threads.map(partial(_tell, route), wishes))
    with unit(schema):
        for wish, answer in zip(wishes, answers, strict=True):
            change_verb.note(wish, *change_verb.understand(answer), now=datetime.now(UTC))
            if answer is not None and answer.cause == NO_SESSION:
                verb.close(wish.id)
    return any(answer is not None for answer in answers)


def _tell(route: coa.Route, wish: change_verb.Wish) -> Answer | None:
    return coa.change(
        route,
        wish.attributes,
        session_id=wish.session_id,
        username=wish.username,
        framed_ip=wish.framed_ip,
        mac=wish.mac,
    )


def _give_up(schema: str, wishes: Sequence[change_verb.Wish]) -> None:
    """A router that is silent once is not asked a thousand times more now."""
    with unit(schema):
        for wish in wishes:
            change_verb.note(wish, *change_verb.understand(None))


@tenant_task(enter=False)
def close_stale(schema: str) -> None:
    """End what is over, close what no router reports any more, and repeat disconnects that nobody sent."""
    now = datetime.now(UTC)
    with unit(schema):
        limits.enforce(None, now)
        enforcing.settle(enforcing.due(now), now)
        limits.repeat(now)
        verb.came_back(now)
        change_verb.repeat(now)
        traces.prune(now)
    late = RadiusRecord.objects.filter(schema=schema, kind=journal.ACCOUNTING, at__lt=now - stale.LAG)
    if late.exists():
        return  # their reports may well be among these
    with unit(schema):
        stale.close(now)


@shared_task(name="radius.tasks.close_stale_everywhere")
def close_stale_everywhere() -> int:
    return each_isp(close_stale)


@tenant_task(enter=False)
def note_usage(schema: str) -> int:
    """Write down whose use has come to 80, 90 or 100 % of a limit since the last look."""
    with unit(schema):
        return noticing.sweep(datetime.now(UTC))


@shared_task(name="radius.tasks.note_usage_everywhere")
def note_usage_everywhere() -> int:
    """Beat: every ISP, once a minute."""
    return each_isp(note_usage)


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


@tenant_task(enter=False)
def forget(schema: str) -> dict[str, int]:
    """Forget what is older than is kept, in many short transactions so that nobody waits for us; a report says what."""
    now, gone, complete = datetime.now(UTC), dict[str, int](), True
    for rule in retention.RULES:
        gone[rule.name] = 0
        for _ in range(MOST_BATCHES):
            with unit(schema):
                count = rule.forget(now)
            gone[rule.name] += count
            if count < retention.BATCH:
                break
        else:
            complete = False
    with unit(schema):
        retention_reports.write(gone, complete=complete, begun_at=now, ended_at=datetime.now(UTC))
    return gone


@shared_task(name="radius.tasks.forget_everywhere")
def forget_everywhere() -> int:
    """Beat: every ISP, once a day."""
    return each_isp(forget)
