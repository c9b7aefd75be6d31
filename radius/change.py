"""The verb: bring live sessions to the speed that their plans have now, and write down what routers said to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, cast

from celery import signature
from django.db import connection, transaction
from django.db.models import QuerySet

from kmikro.lib.coa import Answer
from radius import mikrotik
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


def ask(services: Collection[int] | QuerySet[Any], *, now: datetime) -> int:
    """Ask for the speed of every live session of these services; returns how many there are.

    After the commit one worker for each router goes there; it reads the plans as they are then.
    """
    live = Session.objects.filter(ended_at=None, service__in=services)
    count = live.update(change_state=CHANGING, change_text="", change_at=now)
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
    schema = cast(Any, connection).schema_name
    for router_id in sorted(routers):
        wish = signature(TASK, args=(schema, router_id))
        transaction.on_commit(partial(wish.apply_async, retry=False), robust=True)


def wanted(router_id: int, states: Collection[str]) -> list[Wish]:
    """What is wished of a router, oldest wish first."""
    live = Session.objects.filter(ended_at=None, router_id=router_id, change_state__in=states)
    live = live.filter(service__isnull=False, change_at__isnull=False).select_related("service__plan")
    return [_wish(each) for each in live.defer("fold", "service__secret").order_by("change_at", "pk")]


def _wish(session: Session) -> Wish:
    assert session.service is not None and session.change_at is not None
    plan = session.service.plan
    return Wish(
        id=session.pk,
        asked_at=session.change_at,
        session_id=session.acct_session_id,
        username=session.username,
        framed_ip=session.framed_ip,
        mac=session.mac,
        attributes=mikrotik.change_attributes(upload_bps=plan.upload_bps, download_bps=plan.download_bps),
    )


def understand(answer: Answer | None) -> tuple[str, str]:
    """State and sentence of a router's answer."""
    if answer is None:
        return SILENT, NO_ANSWER
    return (CHANGED, "") if answer.acked else (REFUSED, answer.text)


def note(wish: Wish, state: str, text: str) -> None:
    """Write down what became of a wish.

    When another change was asked for meanwhile, nobody knows which of the two reached the router last: then the
    session is wished for again, whatever the other worker noted.
    """
    held = Session.objects.filter(pk=wish.id, ended_at=None)
    if not held.filter(change_at=wish.asked_at).update(change_state=state, change_text=text[:200]):
        held.update(change_state=CHANGING)
