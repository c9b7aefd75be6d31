"""When the codes of a batch are shown, and until when: they are handed over once, and then covered for everybody.

Who may print again opens a batch for an hour, or takes one voucher, with a reason that the journal keeps.
"""

from datetime import datetime, timedelta

from django.db import transaction

from accounts.journal import Actor, record
from billing.models import Batch, Voucher
from kmikro.lib.refusal import Refusal
from subscribers.queries import State

OPEN_FOR = timedelta(hours=24)  # after the last code is made
AGAIN_FOR = timedelta(hours=1)
LONGEST_REASON = 200
PRINTED_AGAIN = (State.NEW, State.IN_USE, State.PAUSED, State.PENDING)


def is_open(batch: Batch, now: datetime) -> bool:
    """Whether its codes may be shown to those who see codes. Batches of before this was kept are open."""
    return batch.open_until is None or now < batch.open_until


def hand_over(batch: Batch, *, by: Actor, now: datetime) -> Batch:
    """Cover its codes from now on. Raises Refusal while they are being made, or when they are covered already."""
    with transaction.atomic():
        held = _held(batch)
        if held.state in {Batch.State.WAITING, Batch.State.MAKING}:
            raise Refusal("still_making", "The batch is still being made. Hand it over when it is ready.")
        if not is_open(held, now):
            raise Refusal("handed_over", f"Batch {held.pk} was handed over already.")
        return _until(held, now, "batch.hand_over", by, now)


def open_again(batch: Batch, *, by: Actor, now: datetime, reason: str) -> Batch:
    """Show its codes for an hour more, because they must be printed again."""
    with transaction.atomic():
        held = _held(batch)
        if is_open(held, now):
            raise Refusal(
                "still_open", f"The codes of batch {held.pk} are shown. Nothing needs to be opened."
            )
        return _until(held, now + AGAIN_FOR, "batch.open_again", by, now, reason=because(reason))


def print_again(voucher: Voucher, state: str, *, by: Actor, now: datetime, reason: str) -> str:
    """The code of one voucher that still works, to be printed once more. `state` is the State of its service."""
    if state not in PRINTED_AGAIN:
        raise Refusal("works_no_more", f"Voucher {voucher} works no more; there is nothing to print.")
    record(by, "voucher.print_again", voucher, now=now, reason=because(reason))
    return str(voucher.code)


def because(typed: str) -> str:
    """A reason as it is kept. Raises Refusal when there is none."""
    reason = " ".join(typed.replace("\0", "").split())[:LONGEST_REASON]
    if not reason:
        raise Refusal("no_reason", "Say why: the journal keeps it.", field="reason")
    return reason


def _held(batch: Batch) -> Batch:
    return Batch.objects.select_for_update(of=("self",)).get(pk=batch.pk)


def _until(batch: Batch, moment: datetime, verb: str, by: Actor, now: datetime, **facts: str) -> Batch:
    batch.open_until = moment
    batch.save(update_fields=["open_until"])
    record(by, verb, batch, now=now, **facts)
    return batch
