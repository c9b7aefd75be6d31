"""Voucher batches: ask for one, make its codes in chunks, void what must not be used any more."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.journal import Actor, record
from billing.models import Batch, Voucher
from kmikro.lib import codes, copying, here
from kmikro.lib.refusal import Refusal
from kmikro.lib.secrets import purpose_key
from subscribers import lifecycle, sale
from subscribers.models import Plan, Service

LARGEST_BATCH = 100_000
CHUNK = 2_500  # made in one transaction, between two signs of progress
_CODE: Any = Voucher._meta.get_field("code")
TRIES = 3
PURPOSE = "service lookup"


def lookup(typed: str) -> str:
    """The digest under which a code or user name is found in this ISP."""
    return codes.lookup_digest(purpose_key(PURPOSE), here.schema(), codes.normalise(typed))


def ask_batch(plan: Plan, count: int, note: str, *, by: Actor, now: datetime) -> Batch:
    """A batch that waits for its maker (billing.tasks.make_batch); plan and price are frozen now."""
    if not 1 <= count <= LARGEST_BATCH:
        raise Refusal(
            "bad_count", f"Between 1 and {LARGEST_BATCH:,} vouchers fit in one batch.", field="count"
        )
    if plan.is_archived:
        raise Refusal("plan_archived", f"{plan.name} is archived. Restore it first.", field="plan")
    batch = Batch.objects.create(
        plan=plan,
        count=count,
        price_minor=plan.price_minor,
        currency=plan.currency,
        note=" ".join(note.replace("\0", "").split())[:120],
        made_by_id=by.id,
        made_at=now,
    )
    record(by, "batch.create", batch, now=now, plan=plan.name, count=count, price_minor=plan.price_minor)
    return batch


def make_chunk(batch: Batch, *, now: datetime) -> bool:
    """Make up to CHUNK more vouchers of the batch and note the progress; True while some are missing.

    Run it in a transaction of its own: a broken chunk leaves nothing, and the next run goes on where it stopped.
    """
    for attempt in range(TRIES):
        try:
            with transaction.atomic():
                return _chunk(batch.pk, now)
        except IntegrityError as error:  # 47 bits: a code that exists already is drawn again
            if "lookup" not in str(error) or attempt == TRIES - 1:
                raise
    raise AssertionError("unreachable")


def make_batch(batch: Batch, *, now: datetime) -> Batch:
    """Make the whole batch at once; tasks commit between chunks instead."""
    while make_chunk(batch, now=now):
        pass
    batch.refresh_from_db()
    return batch


def _chunk(batch_id: int, now: datetime) -> bool:
    batch = Batch.objects.select_for_update().get(pk=batch_id)
    if batch.state in {Batch.State.READY, Batch.State.FAILED}:
        return False
    numbers = range(batch.made + 1, min(batch.made + CHUNK, batch.count) + 1)
    key, schema = purpose_key(PURPOSE), here.schema()
    minted = [codes.mint() for _ in numbers]
    plan = _plan_of(batch)
    ends_at = sale.until(plan, now=batch.made_at)
    ids = copying.new_ids(Service, len(minted))
    rows = list(zip(ids, numbers, minted, strict=True))
    copying.add(
        Service(kind=Service.Kind.VOUCHER, plan=plan, made_at=now, expires_at=ends_at),
        ("id", "label", "lookup"),
        [
            (pk, f"{batch_id}-{serial:04d}", codes.lookup_digest(key, schema, code))
            for pk, serial, code in rows
        ],
    )
    copying.add(
        Voucher(batch_id=batch_id),
        ("serial", "service_id", "code", "tail"),
        [
            (serial, pk, _CODE.sealed(code, _CODE.place(Voucher(service_id=pk))), code[-4:])
            for pk, serial, code in rows
        ],
    )
    batch.made = numbers[-1]
    batch.state = Batch.State.READY if batch.made == batch.count else Batch.State.MAKING
    batch.save(update_fields=["made", "state"])
    return batch.state == Batch.State.MAKING


def _plan_of(batch: Batch) -> Plan:
    """What its vouchers are of: those that are there may have kept older terms while the rest is made."""
    made = batch.vouchers.select_related("service__plan").order_by("serial").first()
    return made.service.plan if made else batch.plan


def fail_batch(batch: Batch, why: str) -> Batch:
    """Say that the batch will not be finished; what was made stays usable."""
    batch.state, batch.state_text = Batch.State.FAILED, why[:200]
    batch.save(update_fields=["state", "state_text"])
    return batch


def retry_batch(batch: Batch, *, by: Actor, now: datetime) -> Batch:
    """Let a failed batch wait for its maker again; it goes on after the last voucher made."""
    if batch.state != Batch.State.FAILED:
        raise Refusal("not_failed", "Only a batch that failed is tried again.")
    batch.state, batch.state_text = Batch.State.WAITING, ""
    batch.save(update_fields=["state", "state_text"])
    record(by, "batch.retry", batch, now=now)
    return batch


def void(voucher: Voucher, *, by: Actor, now: datetime) -> Voucher:
    """Make one code worthless for ever; the caller disconnects the live sessions of its service.

    A voucher that is void already keeps who voided it and when.
    """
    with transaction.atomic():
        # The service is locked first, as in void_batch: of two who void at once the second finds it void.
        before = Service.objects.select_for_update().get(pk=voucher.service_id)
        if before.status == Service.Status.VOID:
            voucher.refresh_from_db()
            return voucher
        voucher.service = lifecycle.void(before, by=by, now=now)
        voucher.voided_at, voucher.voided_by_id = now, by.id
        voucher.save(update_fields=["voided_at", "voided_by"])
    return voucher


def void_batch(batch: Batch, *, by: Actor, now: datetime, unused_only: bool = True) -> list[int]:
    """Void the vouchers of a batch that nobody has used (or all that still work); returns their service ids."""
    if batch.state in {Batch.State.WAITING, Batch.State.MAKING}:
        raise Refusal("still_making", "The batch is still being made. Void it when it is ready.")
    with transaction.atomic():
        alive = Service.objects.select_for_update().filter(
            voucher__batch=batch, status__in=[Service.Status.ACTIVE, Service.Status.SUSPENDED]
        )
        if unused_only:
            alive = alive.filter(first_used_at=None)
        voided = list(alive.order_by("pk").values_list("pk", flat=True))
        if not voided:
            raise Refusal("nothing_to_void", "No voucher of this batch is left to void.")
        Service.objects.filter(pk__in=voided).update(status=Service.Status.VOID)
        Voucher.objects.filter(service__in=voided).update(voided_at=now, voided_by=by.id)
        record(by, "batch.void", batch, now=now, vouchers=len(voided), unused_only=unused_only)
    return voided
