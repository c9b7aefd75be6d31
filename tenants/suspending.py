"""Suspending an ISP: a decision of the platform's staff, for abuse or closing, and never for being past due.

Who is online stays, nobody new is let in. Accounting, payments and webhooks go on; its people may read and change nothing.
"""

from datetime import datetime

from django.db import transaction

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from tenants import scope
from tenants.models import Isp

LONGEST = 200


def suspend_isp(isp: Isp, reason: str, *, by: Actor, now: datetime) -> Isp:
    """Let nobody new in at this ISP; its owner reads `reason`. Outside any tenant. RADIUS hears of it by itself."""
    said = " ".join(reason.replace("\0", "").split())
    if not said or len(said) > LONGEST:
        raise Refusal("bad_reason", f"Say why, in at most {LONGEST} characters.", field="reason")
    with transaction.atomic():
        held = _held(isp)
        if held.suspended_at is not None:
            raise Refusal("suspended_already", f"{held.name} is suspended already.")
        held.suspended_at, held.suspended_for = now, said
        _save(held, "workspace.suspended", by, now, reason=said)
    return held


def resume_isp(isp: Isp, *, by: Actor, now: datetime) -> Isp:
    """Let people in again. Outside any tenant."""
    with transaction.atomic():
        held = _held(isp)
        if held.suspended_at is None:
            raise Refusal("not_suspended", f"{held.name} is not suspended.")
        held.suspended_at, held.suspended_for = None, ""
        _save(held, "workspace.resumed", by, now)
    return held


def _held(isp: Isp) -> Isp:
    found: Isp | None = Isp.objects.select_for_update().filter(pk=isp.pk, state=Isp.State.ACTIVE).first()
    if found is None:
        raise Refusal("not_open", "This workspace is not open.")
    return found


def _save(isp: Isp, verb: str, by: Actor, now: datetime, **facts: str) -> None:
    """In both journals: the platform's and the ISP's own."""
    isp.save(update_fields=["suspended_at", "suspended_for"])
    record(by, verb, isp, now=now, **facts)
    with scope.inside(isp.schema_name):
        record(by, verb, isp, now=now, **facts)
