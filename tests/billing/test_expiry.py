"""What nobody used by the last day is ended, and nothing else is."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import JournalEntry
from billing import expiry, tasks
from tests.factories import NOW, make_batch, make_voucher

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_only_what_is_unused_and_due_is_ended(inside_isp):
    due, later, never = make_batch(use_by=NOW), make_batch(use_by=NOW + DAY), make_batch()
    vouchers = {
        "unused": make_voucher(batch=due),
        "paused": make_voucher(batch=due, status="suspended"),
        "used": make_voucher(batch=due, first_used_at=NOW - DAY),
        "void": make_voucher(batch=due, status="void"),
        "later": make_voucher(batch=later),
        "never": make_voucher(batch=never),
    }
    assert expiry.end_unused(NOW) == 2
    for voucher in vouchers.values():
        voucher.service.refresh_from_db()
    assert {name: each.service.status for name, each in vouchers.items()} == {
        "unused": "ended", "paused": "ended", "used": "active", "void": "void", "later": "active", "never": "active",
    }  # fmt: skip
    assert JournalEntry.objects.get(verb="batch.use_by").facts == {"vouchers": 2}
    assert expiry.end_unused(NOW) == 0


def test_a_worker_does_it(inside_isp, soon):
    voucher = make_voucher(batch=make_batch(use_by=datetime.now(UTC) - DAY))
    with soon():
        tasks.end_unused.soon()
    voucher.service.refresh_from_db()
    assert voucher.service.status == "ended"
