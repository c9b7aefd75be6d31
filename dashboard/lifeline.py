"""The life of a voucher as steps: made, first used, its sessions, the last refusal, voided."""

from datetime import datetime
from typing import Any

from django.utils.timezone import localtime

from billing.models import Voucher
from dashboard import names
from kmikro.ui import formats
from radius.models import AuthAttempt, Session

SESSIONS = 10


def clock(moment: datetime) -> str:
    """'22 Nov 14:05' on the ISP's wall clock."""
    local = localtime(moment)
    return f"{local.day} {local:%b} {local:%H:%M}"


def _step(state: str, title: str, text: str, at: datetime) -> dict[str, Any]:
    return {"state": state, "title": title, "text": text, "at": at, "when": clock(at)}


def of_voucher(voucher: Voucher, *, may_see_logins: bool) -> dict[str, Any]:
    """Steps oldest first, the running sessions, and when the voucher ends."""
    service = voucher.service
    sessions = list(Session.objects.filter(service=service).order_by("-started_at")[:SESSIONS])
    refusal = None
    if may_see_logins:
        refusal = AuthAttempt.objects.filter(service=service, accepted=False).order_by("-at").first()
    seen = {session.router_id for session in sessions} | ({refusal.router_id} if refusal else set())
    places = names.routers(seen) if seen else {}
    maker = voucher.batch.made_by
    steps = [
        _step("ok", f"Made in batch {voucher.batch_id}", f"by {maker.name}" if maker else "", service.made_at)
    ]
    if service.first_used_at:
        steps.append(_step("ok", "First used", "The clock of its validity started.", service.first_used_at))
    for session in sessions:
        where = places.get(session.router_id, names.GONE)
        text = f"{session.mac or 'unknown device'}, {formats.data_size(session.upload_bytes + session.download_bytes)}"
        if session.ended_at is None:
            steps.append(_step("now", f"Online at {where}", text, session.started_at))
        else:
            lasted = formats.span((session.ended_at - session.started_at).total_seconds())
            steps.append(_step("ok", f"Online at {where} for {lasted}", text, session.started_at))
    if refusal is not None:
        place = places.get(refusal.router_id, names.GONE)
        steps.append(_step("bad", f"Refused at {place}", refusal.sentence, refusal.at))
    if voucher.voided_at:
        by = f"by {voucher.voided_by.name}" if voucher.voided_by else ""
        said = ": ".join(filter(None, (by, voucher.void_reason)))
        steps.append(_step("bad", "Made void", said, voucher.voided_at))
    use_by = voucher.batch.use_by
    if use_by and service.status == service.Status.ENDED and service.first_used_at is None:
        steps.append(_step("bad", "Ended unused", "Nobody had used it by the last day of its batch.", use_by))
    steps.sort(key=lambda step: step["at"])
    return {
        "steps": steps,
        "live": [session for session in sessions if session.ended_at is None],
        "refusal": refusal,
    }
