"""An agent's stock: batches given, received, returned and taken back in. What nobody has received connects with nothing.

A code is inert while its service is pending: RADIUS refuses it as not switched on yet.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, QuerySet

from accounts.journal import Actor, record
from billing import agent_ledger
from billing.agent_ledger import Given, Kind
from billing.agent_models import Agent
from billing.models import Batch, Voucher
from billing.stock_models import Consignment, Sale
from kmikro.lib.refusal import Refusal
from subscribers.models import Service

Status = Service.Status


def sold() -> Exists:
    """Of a voucher: somebody has sold it, and has not taken that back."""
    return Exists(Sale.objects.filter(voucher=OuterRef("pk"), undone_at=None))


def unsold(batch: Batch) -> "QuerySet[Voucher]":
    """What of a batch is neither sold, used nor void."""
    rows = Voucher.objects.filter(batch=batch, service__first_used_at=None)
    return rows.filter(service__status__in=[Status.ACTIVE, Status.PENDING]).exclude(sold())


def _turn(batch: Batch, before: str, after: str) -> int:
    """Switch the unsold codes of a batch; how many there were."""
    wanted = unsold(batch).filter(service__status=before).values("service_id")
    return Service.objects.filter(pk__in=wanted).update(status=after)


def give(batch: Batch, agent: Agent, *, by: Actor, now: datetime) -> Consignment:
    """Send a batch to an agent: its unsold codes stop working until it is received."""
    with transaction.atomic():
        held = agent_ledger.locked(agent.pk)
        kept = Batch.objects.select_for_update().get(pk=batch.pk)
        if not held.is_active:
            raise agent_ledger.stopped(held)
        if kept.agent_id is not None:
            raise Refusal(
                "has_agent", f"Batch {kept.pk} is with an agent. Take it back first.", field="batch"
            )
        if kept.state != Batch.State.READY:
            raise Refusal("not_ready", f"Batch {kept.pk} is not ready. Wait until it is made.", field="batch")
        if kept.currency != held.currency:
            raise Refusal("other_currency", f"Batch {kept.pk} is priced in {kept.currency}.", field="batch")
        _turn(kept, Status.ACTIVE, Status.PENDING)
        count = unsold(kept).count()
        if not count:
            raise Refusal("nothing_left", f"No code of batch {kept.pk} is left to sell.", field="batch")
        # One that was coming back and is handed on never lay in the ISP's own stock.
        kept.agent, kept.received_at = held, None
        kept.save(update_fields=["agent", "received_at"])
        made = Consignment.objects.create(batch=kept, agent=held, given_at=now, given_by=by.name[:140])
        record(by, "batch.give", kept, now=now, agent=held.name, vouchers=count)
    return made


def receive(batch: Batch, *, by: Actor, now: datetime) -> Batch:
    """The agent has it in their hands: its codes work from now on. What is received twice stays received."""
    with transaction.atomic():
        held, kept = _with_agent(batch)
        if kept.received_at is not None:
            return kept
        if not held.is_active:
            raise agent_ledger.stopped(held)
        count = _turn(kept, Status.PENDING, Status.ACTIVE)
        kept.received_at = now
        kept.save(update_fields=["received_at"])
        Consignment.objects.filter(batch=kept, returned_at=None).update(
            received_at=now, received_by=by.name[:140]
        )
        record(by, "batch.receive", kept, now=now, agent=held.name, vouchers=count)
    return kept


def take_back(batch: Batch, *, by: Actor, now: datetime) -> int:
    """What is unsold comes back: those codes stop working at once. Returns how many."""
    with transaction.atomic():
        held, kept = _with_agent(batch)
        if (used := unpaid(held).filter(batch=kept).count()) != 0:
            text = f"{used} codes of batch {kept.pk} were used and not sold. Book them first."
            raise Refusal("unpaid", text)
        left = unsold(kept)
        worth = kept.price_minor * (count := left.count())
        _turn(kept, Status.ACTIVE, Status.PENDING)
        kept.agent, kept.received_at = None, None
        kept.save(update_fields=["agent", "received_at"])
        Consignment.objects.filter(batch=kept, returned_at=None).update(
            returned_at=now, returned_by=by.name[:140], unsold=count
        )
        text = f"{count} codes of batch {kept.pk}, worth {agent_ledger.shown(held, worth)}"
        agent_ledger.post(held, [Given(Kind.STOCK_RETURN, 0, text)], by=by, now=now)
        record(by, "batch.return", kept, now=now, agent=held.name, vouchers=count)
    return count


def restock(batch: Batch, *, by: Actor, now: datetime) -> int:
    """Take what came back into the ISP's own stock: its codes work again. Returns how many."""
    with transaction.atomic():
        kept = Batch.objects.select_for_update().get(pk=batch.pk)
        last = Consignment.objects.filter(batch=kept).first()
        if kept.agent_id is not None or last is None or last.stocked_at is not None:
            raise Refusal("not_returned", f"Batch {kept.pk} is not on its way back.")
        count = _turn(kept, Status.PENDING, Status.ACTIVE)
        Consignment.objects.filter(pk=last.pk).update(stocked_at=now, stocked_by=by.name[:140])
        record(by, "batch.restock", kept, now=now, vouchers=count)
    return count


def _with_agent(batch: Batch) -> tuple[Agent, Batch]:
    """Both locked, the agent first, as in a sale."""
    if batch.agent_id is None:
        raise Refusal("no_agent", f"Batch {batch.pk} is with no agent.")
    held = agent_ledger.locked(batch.agent_id)
    kept = Batch.objects.select_for_update().get(pk=batch.pk)
    if kept.agent_id != held.pk:
        raise Refusal("no_agent", f"Batch {kept.pk} is with {held.name} no more. Look again.")
    return held, kept


def sellable(agent: Agent, now: datetime) -> "QuerySet[Voucher]":
    """What an agent can sell now: received, working, unused, unsold and not over."""
    rows = Voucher.objects.filter(batch__agent=agent, batch__received_at__isnull=False)
    rows = rows.filter(service__status=Status.ACTIVE, service__first_used_at=None).exclude(sold())
    return rows.exclude(service__expires_at__lte=now)


def unpaid(agent: Agent) -> "QuerySet[Voucher]":
    """What was used out of an agent's stock although nobody said that it was sold; void ones are forgiven."""
    rows = Voucher.objects.filter(batch__agent=agent, service__first_used_at__isnull=False)
    return (
        rows.filter(service__first_used_at__gte=F("batch__received_at"))
        .exclude(service__status=Status.VOID)
        .exclude(sold())
    )


def left(agent: Agent, batch_ids: Collection[int]) -> dict[int, int]:
    """Per batch how many codes the agent has that are neither sold, used nor void."""
    rows = Voucher.objects.filter(batch__in=batch_ids, batch__agent=agent, service__first_used_at=None)
    rows = rows.filter(service__status__in=[Status.ACTIVE, Status.PENDING]).exclude(sold())
    return dict(rows.order_by().values_list("batch_id").annotate(Count("pk")))


def by_plan(agent: Agent, now: datetime) -> dict[int, int]:
    """Per plan how many vouchers the agent can sell now."""
    return dict(sellable(agent, now).order_by().values_list("batch__plan_id").annotate(Count("pk")))
