"""Versions of a plan: each change makes one, and says whether it reaches everybody or only what is sold from now on.

A plan's row always has the newest terms, so its number stays the same for everybody who sells it. Who keeps older
terms is moved to a frozen copy of the row, which RADIUS reads like any plan and nobody can sell or change.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from subscribers.models import Plan, PlanVersion, Service

Reach = PlanVersion.Reach
_OF_THE_ROW = {"id", "version", "frozen_of_id", "is_archived", "made_at", "changed_at"}


def terms_of(plan: Plan) -> dict[str, Any]:
    """All that a plan says of what is sold, by column."""
    return {name: getattr(plan, name) for name in columns()}


def columns() -> list[str]:
    """The columns of a plan that are its terms."""
    return [each.attname for each in Plan._meta.concrete_fields if each.attname not in _OF_THE_ROW]


def open_first(plan: Plan, *, by: Actor, now: datetime) -> None:
    """The version that a new plan begins with."""
    _note(plan, Reach.EVERYBODY, by, now)


def amend(plan: Plan, wanted: Mapping[str, Any], verb: str, *, reach: str, by: Actor, now: datetime) -> Plan:
    """Give a plan these values as its next version. Raises Refusal for a frozen plan and for a name that is taken.

    Nothing differs: nothing happens. RADIUS hears of it by itself.
    """
    with transaction.atomic():
        held = Plan.objects.select_for_update().get(pk=plan.pk)
        check_living(held)
        before = {name: getattr(held, name) for name in wanted}
        changed = {name: [before[name], value] for name, value in wanted.items() if before[name] != value}
        if not changed:
            return held
        if reach == Reach.NEW:
            _freeze(held)
        for name, (_, value) in changed.items():
            setattr(held, name, value)
        held.version += 1
        held.changed_at = now
        save(held)
        _note(held, reach, by, now)
        record(by, verb, held, now=now, version=held.version, reach=str(reach), changed=changed)
    return held


def bring_up(frozen: Plan, *, by: Actor, now: datetime) -> int:
    """Move everybody on older terms to those on sale; returns how many services. RADIUS hears of it by itself."""
    with transaction.atomic():
        held = Plan.objects.select_for_update().get(pk=frozen.pk)
        if held.frozen_of_id is None:
            raise Refusal("not_frozen", f"{held.name} is on its newest terms already.")
        moved = Service.objects.filter(plan=held).update(plan_id=held.frozen_of_id)
        if moved:
            record(by, "plan.bring_up", held, now=now, version=held.version, services=moved)
    return moved


def read_reach(text: str) -> Reach:
    """Raises Refusal when a change reaches nobody of that name."""
    if text not in Reach.values:
        raise Refusal("bad_reach", "A change reaches everybody or what is new.", field="reach")
    return Reach(text)


def check_living(plan: Plan) -> None:
    """Raises Refusal when the plan is a frozen copy."""
    if plan.frozen_of_id is not None:
        text = f"This is version {plan.version} of {plan.name}, kept for those who have it. Change the plan itself."
        raise Refusal("frozen", text)


def save(plan: Plan) -> Plan:
    """Raises Refusal when another plan on sale has its name."""
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError as error:
        if "plan_name_unique" not in str(error):
            raise
        text = f"Another plan is already called “{plan.name}”. Choose a different name."
        raise Refusal("name_taken", text, field="name") from None
    return plan


def _freeze(plan: Plan) -> None:
    """Everybody on the plan goes on with a copy of it as it is now."""
    if not plan.services.exists():
        return
    copy = Plan(**terms_of(plan), made_at=plan.made_at, changed_at=plan.changed_at)
    copy.version, copy.frozen_of, copy.is_archived = plan.version, plan, True
    copy.save()
    Service.objects.filter(plan=plan).update(plan=copy)


def _note(plan: Plan, reach: str, by: Actor, now: datetime) -> None:
    PlanVersion.objects.create(
        plan=plan,
        number=plan.version,
        terms=terms_of(plan),
        reach=reach,
        made_at=now,
        made_by=by.name[:140],
    )


def history(plan: Plan) -> "models.QuerySet[PlanVersion]":
    """The versions of a plan, newest first."""
    return PlanVersion.objects.filter(plan_id=plan.frozen_of_id or plan.pk).order_by("-number")


def as_plan(version: PlanVersion) -> Plan:
    """The plan as it was in a version, not to be saved."""
    known = set(columns())
    return Plan(**{name: value for name, value in version.terms.items() if name in known})
