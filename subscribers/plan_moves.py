"""An account gets another plan; its end, its places and what it used stay as they are."""

from datetime import datetime

from django.db import transaction

from accounts.journal import Actor, record
from kmikro.lib.refusal import Refusal
from subscribers.lifecycle import OVER
from subscribers.models import Plan, Service


def check(plan: Plan) -> None:
    """Raises Refusal where nobody can get this plan."""
    if plan.is_archived or plan.frozen_of_id is not None:
        raise Refusal("plan_archived", f"{plan.name} is not on sale. Restore it first.", field="plan")


def move(service: Service, plan: Plan, *, by: Actor, now: datetime) -> Service:
    """Give an account this plan. Raises Refusal. RADIUS hears of it by itself, also for who is online."""
    if service.kind != Service.Kind.ACCOUNT:
        raise Refusal("no_account", "A voucher keeps the plan that it was sold with.")
    check(plan)
    with transaction.atomic():
        held = Service.objects.select_for_update(of=("self",)).select_related("plan").get(pk=service.pk)
        if held.status in OVER:
            raise Refusal("wrong_state", f"{held.label} is {held.status}. It gets no other plan.")
        if held.plan_id != plan.pk:
            before, held.plan = held.plan, plan
            held.save(update_fields=["plan"])
            record(by, "account.plan", held, now=now, changed=[before.name, plan.name], plan=plan.pk)
    return held
