"""The verb: ask for the end of a session and write down how the router took it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from celery import signature
from django.db import connection, transaction

from accounts.journal import SYSTEM, Actor, record
from kmikro.lib.coa import NO_SESSION, Answer
from kmikro.lib.refusal import Refusal
from radius.models import Session

ASKED, ACKED, REFUSED, SILENT, ENDED = "asked", "acked", "refused", "silent", "ended"
TASK = "radius.tasks.disconnect"  # by name: the task uses this module


def ask(session: Session, *, by: Actor, now: datetime) -> Session:
    """Note the wish and, after the commit, send a worker to the router. Raises Refusal when it has ended.

    A broker that is away costs a minute: `radius.limits` asks again for what was not followed by a Stop.
    """
    with transaction.atomic():
        held = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
        if held.ended_at is not None:
            raise Refusal("session_ended", "This session has ended already.")
        held.disconnect_state, held.disconnect_text, held.disconnect_at = ASKED, "", now
        held.save(update_fields=["disconnect_state", "disconnect_text", "disconnect_at"])
        if by != SYSTEM:
            record(by, "session.disconnect", held, now=now)
        wish = signature(TASK, args=(cast(Any, connection).schema_name, held.pk))
        transaction.on_commit(lambda: wish.apply_async(retry=False), robust=True)
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
