"""How fast a service is now: as arranged, by fair use, by the hour, or by its plan. One place, for logins and CoA. Pure."""

from __future__ import annotations

from typing import NamedTuple

from radius.case import Case
from radius.terms import Extras, calm


class Pace(NamedTuple):
    """`level` is what a session is told it is on: 't7' arrangement 7, 's1' a stage of fair use, 'h1' a speed of the
    hour, '' the plan."""

    level: str
    download_bps: int
    upload_bps: int
    extras: Extras


def of(case: Case) -> Pace:
    """A stage of fair use that is reached holds at all hours; what was arranged holds before everything."""
    plan = case.facts.plan
    arranged = case.speed()
    if arranged is not None:
        told = calm(plan.extras)
        return Pace(f"t{arranged.id % 10**10}", arranged.download_bps, arranged.upload_bps, told)
    stage = case.stage()
    if stage is not None:
        return Pace(f"s{stage.number}", stage.download_bps, stage.upload_bps, calm(plan.extras))
    timed = case.timed()[0]
    if timed is not None:
        return Pace(f"h{timed.number}", timed.download_bps, timed.upload_bps, calm(plan.extras))
    return Pace("", plan.download_bps, plan.upload_bps, plan.extras)
