"""The maker runs as a task, chunk after chunk, and says when it failed."""

import pytest
from django.db import OperationalError

from accounts.journal import person
from billing import tasks, vouchers
from billing.models import Batch
from tests.factories import NOW, make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(people, monkeypatch):
    monkeypatch.setattr(vouchers, "CHUNK", 4)
    return vouchers.ask_batch(make_plan(), 10, "", by=person(people["owner"]), now=NOW)


def test_each_run_makes_one_chunk_and_asks_for_the_next(batch, soon):
    sizes = []
    with soon():
        tasks.make_batch.soon(batch.pk)
    batch.refresh_from_db()
    sizes.append(batch.made)
    while batch.state == Batch.State.MAKING:
        with soon():
            tasks.make_batch.soon(batch.pk)
        batch.refresh_from_db()
        sizes.append(batch.made)
    assert sizes[-1] == 10 == batch.vouchers.count()
    assert batch.state == Batch.State.READY


def test_failure_is_written_down(batch, soon, monkeypatch):
    def broken(*_args, **_more):
        raise OperationalError("disk full")

    monkeypatch.setattr(vouchers, "make_chunk", broken)
    with soon():
        tasks.make_batch.soon(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.made) == (Batch.State.FAILED, 0)
    assert "OperationalError" in batch.state_text
