"""Codes are shown until the batch is handed over; printing again wants a reason and leaves a line in the journal."""

from datetime import timedelta

import pytest

from accounts.journal import person
from accounts.models import JournalEntry
from billing import handover, vouchers
from kmikro.lib.refusal import Refusal
from tests.factories import NOW, make_batch, make_plan, make_voucher

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def ana(people):
    return person(people["owner"])


def test_a_day_after_the_last_code_it_closes_by_itself(ana):
    batch = vouchers.ask_batch(make_plan(), 2, "", by=ana, now=NOW)
    assert handover.is_open(batch, NOW)
    made = vouchers.make_batch(batch, now=NOW + HOUR)
    assert handover.is_open(made, NOW + 24 * HOUR)
    assert not handover.is_open(made, NOW + 25 * HOUR)


def test_handed_over_once_and_opened_for_an_hour(ana):
    batch = make_batch()
    assert handover.is_open(batch, NOW)  # of before this was kept
    closed = handover.hand_over(batch, by=ana, now=NOW)
    assert not handover.is_open(closed, NOW)
    with pytest.raises(Refusal) as refused:
        handover.hand_over(batch, by=ana, now=NOW)
    assert refused.value.code == "handed_over"
    with pytest.raises(Refusal) as refused:
        handover.open_again(batch, by=ana, now=NOW, reason=" \n")
    assert refused.value.field == "reason"
    opened = handover.open_again(batch, by=ana, now=NOW, reason="  Paper \n jam ")
    assert handover.is_open(opened, NOW + HOUR - timedelta(seconds=1))
    assert not handover.is_open(opened, NOW + HOUR)
    with pytest.raises(Refusal) as refused:
        handover.open_again(batch, by=ana, now=NOW, reason="Again")
    assert refused.value.code == "still_open"
    lines = list(JournalEntry.objects.order_by("pk").values_list("verb", "facts"))
    assert lines == [("batch.hand_over", {}), ("batch.open_again", {"reason": "Paper jam"})]


def test_a_batch_in_the_making_is_not_handed_over(ana):
    with pytest.raises(Refusal) as refused:
        handover.hand_over(make_batch(state="making"), by=ana, now=NOW)
    assert refused.value.code == "still_making"


def test_one_voucher_again_while_it_works(ana):
    voucher = make_voucher()
    assert handover.print_again(voucher, "new", by=ana, now=NOW, reason="Lost") == voucher.code
    assert JournalEntry.objects.get(verb="voucher.print_again").facts == {"reason": "Lost"}
    for state in ("void", "spent", "ended"):
        with pytest.raises(Refusal) as refused:
            handover.print_again(voucher, state, by=ana, now=NOW, reason="Lost")
        assert refused.value.code == "works_no_more"
    with pytest.raises(Refusal):
        handover.print_again(voucher, "new", by=ana, now=NOW, reason="")
    assert JournalEntry.objects.filter(verb="voucher.print_again").count() == 1
