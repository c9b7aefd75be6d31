"""How the service stands: its state, its end with grace, and what of it is used up for good."""

from __future__ import annotations

from radius.case import Case, No
from radius.sentences import Said
from radius.wording import amount, moment, span
from subscribers import arranged


def not_void(case: Case) -> Said | No:
    if case.facts.status == "void":
        return No("void", f"The {case.noun} was made void.")
    return ""


def not_suspended(case: Case) -> Said | No:
    if case.facts.status == "pending":
        return No("suspended", f"The {case.noun} is not switched on yet.")
    if case.facts.status == "suspended":
        return No("suspended", f"The {case.noun} is suspended.")
    pause = arranged.holiday(case.arranged, case.now) if case.arranged else None
    if pause is not None:
        until = moment(pause.ends_at, case.zone)
        return No("suspended", f"The {case.noun} is on holiday until {until}; its clock stands still.")
    return ""


def not_ended(case: Case) -> Said | No:
    ends_at, closes_at, now = case.ends_at, case.closes_at, case.now
    if ends_at is not None and closes_at is not None and closes_at - now < 1:
        grace = f", and its grace of {span(closes_at - ends_at)} is over" if closes_at > ends_at else ""
        return No(
            "ended",
            f"The {case.noun} ended {span(now - ends_at)} ago, on {moment(ends_at, case.zone)}{grace}.",
        )
    if case.facts.status == "ended":
        return No("ended", f"The {case.noun} has ended.")
    if case.facts.status != "active":  # a state this rule does not know never opens the door
        return No("ended", f"The {case.noun} is in state {case.facts.status}.")
    if ends_at is None:
        return "It has no end date."
    if ends_at - now < 1:
        return ("grace", ends_at, closes_at, now, str(case.zone))
    return ("until", ends_at, now, str(case.zone))


def time_left(case: Case) -> Said | No:
    limit, used = case.facts.plan.time_limit_seconds, case.facts.time_used
    if limit is None:
        return ""
    if limit - used < 1:
        return No("time_spent", f"All {span(limit)} of online time are used.")
    return ("time_left", limit - used, limit)


def data_left(case: Case) -> Said | No:
    facts, plan = case.facts, case.facts.plan
    down, up = plan.download_limit_bytes, plan.upload_limit_bytes
    if down is not None and down - (facts.data_used - facts.upload_used) < 1:
        return No("data_spent", f"All {amount(down)} of download are used.")
    if up is not None and up - facts.upload_used < 1:
        return No("data_spent", f"All {amount(up)} of upload are used.")
    limit, used = plan.data_limit_bytes, facts.data_used
    if limit is None:
        return ""
    limit += case.extra(arranged.TOTAL)
    if limit - used < 1:
        return No("data_spent", f"All {amount(limit)} of data are used.")
    return ("data_left", limit - used, limit)
