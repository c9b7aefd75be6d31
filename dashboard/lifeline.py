"""The life of a voucher as steps: made, printed, handed over, first used, its sessions, the last refusal, its end."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.timezone import localtime

from accounts.models import JournalEntry
from billing.models import Voucher
from billing.stock_models import Sale
from dashboard import names
from kmikro.ui import formats
from radius.models import AuthAttempt, Session

SESSIONS = 10
PAPERS = 50  # entries of the journal that are looked at
PAPER_VERBS = {
    "batch.codes": "Printed",
    "batch.hand_over": "Handed over",
    "batch.open_again": "Codes shown again",
    "batch.give": "Given to an agent",
    "batch.receive": "Received by the agent",
    "batch.return": "Came back from the agent",
}


def clock(moment: datetime) -> str:
    """'22 Nov 14:05' on the ISP's wall clock."""
    local = localtime(moment)
    return f"{local.day} {local:%b} {local:%H:%M}"


def _step(state: str, title: str, text: str, at: datetime) -> dict[str, Any]:
    return {"state": state, "title": title, "text": text, "at": at, "when": clock(at)}


def _on_paper(voucher: Voucher) -> list[dict[str, Any]]:
    """Printed, handed over, printed again: what the journal says of its batch and of itself."""
    batch, steps = voucher.batch, []
    asked = Q(target_kind="billing.batch", target_id=str(batch.pk), verb__in=PAPER_VERBS)
    asked |= Q(target_kind="billing.voucher", target_id=str(voucher.pk), verb="voucher.print_again")
    for entry in JournalEntry.objects.filter(asked).order_by("-pk")[:PAPERS]:
        facts = entry.facts
        if not facts.get("first", 0) <= voucher.serial <= facts.get("last", voucher.serial):
            continue
        title = PAPER_VERBS.get(entry.verb, "Printed again")
        if entry.verb == "batch.codes":
            title = "Exported" if facts.get("form") == "csv" else "Printed"
        more = (str(facts.get(name, "")) for name in ("agent", "reason"))
        said = ": ".join(filter(None, (f"by {entry.actor}", *more)))
        steps.append(_step("ok", title, said, entry.at))
    return steps


def _sold(voucher: Voucher) -> list[dict[str, Any]]:
    """What agents did with it."""
    steps = []
    for sale in Sale.objects.filter(voucher=voucher).select_related("agent").order_by("-pk")[:PAPERS]:
        steps.append(_step("ok", f"Sold by {sale.agent.name}", f"by {sale.by}", sale.at))
        if sale.undone_at is not None:
            said = ": ".join(filter(None, (f"by {sale.undone_by}", sale.why)))
            steps.append(_step("skip", "Sale taken back", said, sale.undone_at))
    return steps


def _over(voucher: Voucher, now: datetime) -> list[dict[str, Any]]:
    """The end of its time, or of what it gives."""
    service, plan = voucher.service, voucher.service.plan
    steps = []
    if service.first_used_at and service.expires_at and service.expires_at <= now:
        steps.append(_step("skip", "Ended", "Its time was over.", service.expires_at))
    limits = ((plan.data_limit_bytes, service.bytes_used), (plan.time_limit_seconds, service.seconds_used))
    if any(limit is not None and used >= limit for limit, used in limits):
        last = Session.objects.filter(service=service).order_by("-updated_at").first()
        at = last.updated_at if last else service.first_used_at or service.made_at
        steps.append(_step("skip", "Used up", "All that the plan gives was used.", at))
    return steps


def of_voucher(voucher: Voucher, *, may_see_logins: bool, now: datetime) -> dict[str, Any]:
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
    steps += [*_on_paper(voucher), *_sold(voucher)]
    if voucher.redeemed_at:
        whom = voucher.redeemed_for.label if voucher.redeemed_for else "an account"
        steps.append(_step("ok", "Redeemed", f"It topped up {whom}.", voucher.redeemed_at))
    elif service.first_used_at:
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
    steps += _over(voucher, now)
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
