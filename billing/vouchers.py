"""Voucher batches: ask for one, make its codes in chunks, void what must not be used any more."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.journal import Actor, record
from billing import batch_options, handover
from billing.batch_options import PLAIN, Options
from billing.models import Batch, Voucher
from kmikro.lib import codes, copying, here
from kmikro.lib.refusal import Refusal
from kmikro.lib.secrets import purpose_key
from subscribers import lifecycle, sale
from subscribers.models import Plan, Service
from subscribers.queries import State, state_at

LARGEST_BATCH = 100_000
CHUNK = 2_500  # made in one transaction, between two signs of progress
_CODE: Any = Voucher._meta.get_field("code")
TRIES = 3
PURPOSE = "service lookup"
WORKING = (State.PENDING, State.NEW, State.IN_USE, State.PAUSED)


def lookup(typed: str) -> str:
    """The digest under which a code or user name is found in this ISP."""
    return codes.lookup_digest(purpose_key(PURPOSE), here.schema(), codes.normalise(typed))


def ask_batch(
    plan: Plan, count: int, note: str, *, by: Actor, now: datetime, options: Options = PLAIN
) -> Batch:
    """A batch that waits for its maker (billing.tasks.make_batch); plan and price are frozen now."""
    if not 1 <= count <= LARGEST_BATCH:
        raise Refusal(
            "bad_count", f"Between 1 and {LARGEST_BATCH:,} vouchers fit in one batch.", field="count"
        )
    if plan.is_archived:
        raise Refusal("plan_archived", f"{plan.name} is archived. Restore it first.", field="plan")
    shape = batch_options.shape_of(options, count)
    batch = Batch.objects.create(
        plan=plan,
        count=count,
        price_minor=batch_options.price_of(options, plan.price_minor),
        currency=plan.currency,
        note=_words(note, 120),
        prefix=shape.prefix,
        alphabet=shape.alphabet,
        length=shape.length,
        use_by=batch_options.last_moment(options, now),
        made_by_id=by.id,
        made_at=now,
    )
    more = {"use_by": options.use_by.isoformat()} if options.use_by else {}
    record(
        by, "batch.create", batch, now=now, plan=plan.name, count=count, price_minor=batch.price_minor, **more
    )
    return batch


def _words(typed: str, longest: int) -> str:
    return " ".join(typed.replace("\0", "").split())[:longest]


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
    shape = batch.shape
    minted = [codes.mint(shape) for _ in numbers]
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
    if batch.state == Batch.State.READY:
        batch.open_until = now + handover.OPEN_FOR
    batch.save(update_fields=["made", "state", "open_until"])
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


def void(voucher: Voucher, *, by: Actor, now: datetime, reason: str = "") -> Voucher:
    """Make one code worthless for ever; the caller disconnects the live sessions of its service.

    A voucher that is void already keeps who voided it, when and why.
    """
    with transaction.atomic():
        # The service is locked first, as in void_batch: of two who void at once the second finds it void.
        before = Service.objects.select_for_update().get(pk=voucher.service_id)
        if before.status == Service.Status.VOID:
            voucher.refresh_from_db()
            return voucher
        voucher.service = lifecycle.void(before, by=by, now=now)
        voucher.voided_at, voucher.voided_by_id, voucher.void_reason = now, by.id, _words(reason, 200)
        voucher.save(update_fields=["voided_at", "voided_by", "void_reason"])
        record(by, "voucher.void", voucher, now=now, reason=voucher.void_reason)
    return voucher


def void_batch(
    batch: Batch,
    *,
    by: Actor,
    now: datetime,
    unused_only: bool = True,
    first: int | None = None,
    last: int | None = None,
    reason: str = "",
) -> list[int]:
    """Void the vouchers of a batch that nobody has used (or all that still work); returns their service ids.

    `first` and `last` are serials: of the whole batch where they are not given. Nothing takes it back.
    """
    if batch.state in {Batch.State.WAITING, Batch.State.MAKING}:
        raise Refusal("still_making", "The batch is still being made. Void it when it is ready.")
    if first is not None and last is not None and first > last:
        raise Refusal("bad_range", f"The range ends before it begins: {first} to {last}.", field="last")
    with transaction.atomic():
        # The rows are locked as they are found, so that a first use at the same moment comes before or finds it void.
        alive = Service.objects.select_for_update(of=("self",)).annotate(state=state_at(now))
        alive = alive.filter(voucher__batch=batch, state__in=WORKING)
        if first is not None:
            alive = alive.filter(voucher__serial__gte=first)
        if last is not None:
            alive = alive.filter(voucher__serial__lte=last)
        if unused_only:
            alive = alive.filter(first_used_at=None)
        voided = list(alive.order_by("pk").values_list("pk", flat=True))
        if not voided:
            which = "this batch" if first is None and last is None else "this range"
            raise Refusal("nothing_to_void", f"No voucher of {which} is left to void.")
        why, chosen = _words(reason, 200), {"first": first, "last": last}
        Service.objects.filter(pk__in=voided).update(status=Service.Status.VOID, held="")
        Voucher.objects.filter(service__in=voided).update(voided_at=now, voided_by=by.id, void_reason=why)
        ranged = {name: value for name, value in chosen.items() if value is not None}
        record(
            by,
            "batch.void",
            batch,
            now=now,
            vouchers=len(voided),
            unused_only=unused_only,
            reason=why,
            **ranged,
        )
    return voided
