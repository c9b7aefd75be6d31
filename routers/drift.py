"""What differs between a router and what it should be: found, shown, and only then put right, as its policy says."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import journal
from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers import desired, incidents, pace, plan, planning, sync, watching
from routers.device import Device
from routers.incidents import Kind
from routers.models import Incident, Router, Watch

MOST_SHOWN = 100
Policy = Router.Policy


def look(device: Device, wish: desired.Wish) -> tuple[sync.Outcome, list[dict[str, Any]]]:
    """Compare without writing anything; gives what was learned, and the steps that would be needed."""
    facts = sync.read(device, wish.menus)
    steps = planning.steps(wish, facts, force=True)
    outcome = sync.Outcome(facts=facts)
    if not steps:
        sync.told(wish, facts, outcome)
    return outcome, [
        {"do": plan.verb_of(step), "path": plan.path_of(step), "what": plan.sentence(step)[:300]}
        for step in steps
    ]


def found(router: Router, steps: list[dict[str, Any]], *, dice: float, now: datetime) -> list[Incident]:
    """Write down what differs, before anything is put right; gives incidents that were opened or closed."""
    watch = watching.watch_of(router, now=now)
    knew = bool(watch.drift)
    watch.drift = steps[:MOST_SHOWN]
    watch.drift_since = (watch.drift_since or now) if steps else None
    watch.compared_at = now
    watch.compare_at = now + pace.until_comparison(bool(steps), dice=dice)
    watch.save(update_fields=["drift", "drift_since", "compared_at", "compare_at"])
    if not steps and not knew:
        return []
    there = Incident.objects.filter(router=router, kind=Kind.DRIFT, closed_at=None).first()
    if not steps:
        return [incidents.end(there, now=now)] if there else []
    if router.policy == Policy.REPAIR or there:
        return []
    more = f" and {len(steps) - 1} more" if len(steps) > 1 else ""
    opened = incidents.begin(router, Kind.DRIFT, f"To put right: {steps[0]['what']}{more}.", now=now)
    return [opened] if opened else []


@transaction.atomic
def settle_policy(router: Router, wanted: str, *, by: Actor, now: datetime) -> None:
    """What a routine comparison does about a difference."""
    if wanted not in Policy.values:
        raise Refusal("bad_policy", "Choose what is to be done about differences.", field="policy")
    if wanted != router.policy:
        router.policy = wanted
        router.save(update_fields=["policy"])
        journal.record(by, "router.policy", router, now=now, policy=wanted)


def unrepaired(router: Router, trouble: str, *, now: datetime) -> list[Incident]:
    """What differs could not be put right without a person, so somebody has to know; gives what was opened."""
    if not Watch.objects.filter(pk=router.pk).exclude(drift=[]).exists():
        return []
    opened = incidents.begin(router, Kind.DRIFT, trouble, now=now)
    return [opened] if opened else []


def repaired(router_id: int, *, now: datetime) -> list[Incident]:
    """All is as it should be again, whoever saw to it."""
    Watch.objects.filter(pk=router_id).update(
        drift=[], drift_since=None, compared_at=now, compare_at=now + pace.COMPARE, changed_at=now
    )
    open_ones = list(Incident.objects.filter(router_id=router_id, kind=Kind.DRIFT, closed_at=None))
    return [incidents.end(each, now=now) for each in open_ones]
