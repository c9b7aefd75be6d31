"""Batches are made completely, with codes that are found, once each; what is void stays void."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from accounts.journal import person
from accounts.models import JournalEntry
from billing import vouchers
from billing.models import Batch, Voucher
from kmikro.lib import codes
from kmikro.lib.refusal import Refusal
from subscribers import plans
from subscribers.models import Service
from tests.factories import make_batch, make_plan, make_voucher

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def ana(people):
    return person(people["owner"])


def asked(ana, count=3, **plan):
    return vouchers.ask_batch(make_plan(**plan), count, "  Mama\n Njeri ", by=ana, now=NOW)


def test_price_and_maker_are_frozen_when_asked(ana, people):
    batch = asked(ana, price_minor=5000)
    batch.plan.price_minor = 9000
    batch.plan.save()
    batch.refresh_from_db()
    assert (batch.price_minor, batch.state, batch.made, batch.note) == (5000, "waiting", 0, "Mama Njeri")
    assert batch.made_by == people["owner"]


def test_every_code_is_checked_sealed_found_and_numbered(ana, inside_isp):
    batch = vouchers.make_batch(asked(ana, vouchers.CHUNK + 7), now=NOW)
    assert (batch.state, batch.made) == ("ready", vouchers.CHUNK + 7)
    made = list(batch.vouchers.select_related("service"))
    assert [voucher.serial for voucher in made] == list(range(1, vouchers.CHUNK + 8))
    assert len({voucher.code for voucher in made}) == len(made)
    last = made[-1]
    assert codes.is_plausible(last.code)
    assert last.tail == last.code[-4:]
    assert last.service.label == f"{batch.pk}-{vouchers.CHUNK + 7:04d}" == str(last)
    assert last.service.secret == ""
    typed = f" {last.code[:4].lower()}-{last.code[4:8]} {last.code[8:]}"
    assert Service.objects.get(lookup=vouchers.lookup(typed)) == last.service
    raw = (
        Voucher.objects.filter(pk=last.pk)
        .extra(select={"raw": "code::text || ''"})
        .values_list("raw", flat=True)
    )
    assert last.code not in raw[0]


def test_progress_is_kept_and_a_second_maker_adds_nothing(ana):
    batch = asked(ana, vouchers.CHUNK + 1)
    assert vouchers.make_chunk(batch, now=NOW) is True
    batch.refresh_from_db()
    assert (batch.state, batch.made) == ("making", vouchers.CHUNK)
    assert vouchers.make_chunk(batch, now=NOW) is False
    assert vouchers.make_chunk(batch, now=NOW) is False
    assert batch.vouchers.count() == vouchers.CHUNK + 1


def test_a_code_that_exists_is_drawn_again(ana, monkeypatch):
    first = vouchers.make_batch(asked(ana, 1), now=NOW)
    taken = first.vouchers.get().code
    fresh = codes.mint()
    drawn = iter([taken, fresh])
    monkeypatch.setattr(codes, "mint", lambda _shape: next(drawn))
    second = vouchers.make_batch(asked(ana, 1), now=NOW)
    assert second.vouchers.get().code == fresh


def test_a_batch_that_cannot_be_made_raises_and_leaves_nothing(ana, monkeypatch):
    taken = vouchers.make_batch(asked(ana, 1), now=NOW).vouchers.get().code
    monkeypatch.setattr(codes, "mint", lambda _shape: taken)
    batch = asked(ana, 2)
    with pytest.raises(Exception, match="lookup"):
        vouchers.make_chunk(batch, now=NOW)
    batch.refresh_from_db()
    assert (batch.made, batch.vouchers.count(), Service.objects.count()) == (0, 0, 1)


@pytest.mark.parametrize("count", [0, -1, 100_001])
def test_size_is_limited(ana, count):
    with pytest.raises(Refusal) as refused:
        asked(ana, count)
    assert refused.value.field == "count"


def test_archived_plans_make_no_vouchers(ana):
    with pytest.raises(Refusal) as refused:
        asked(ana, is_archived=True)
    assert refused.value.code == "plan_archived"


def test_void_stops_the_service_for_ever(ana, people):
    voucher = vouchers.void(make_voucher(), by=ana, now=NOW)
    voucher.refresh_from_db()
    assert voucher.service.status == "void"
    assert (voucher.voided_at, voucher.voided_by) == (NOW, people["owner"])
    ended = make_voucher(status="ended")
    with pytest.raises(Refusal):
        vouchers.void(ended, by=ana, now=NOW)
    ended.refresh_from_db()
    assert ended.voided_at is None


def test_a_void_voucher_keeps_who_voided_it_and_when(ana, people):
    made = make_voucher()
    stale = Voucher.objects.get(pk=made.pk)
    vouchers.void(made, by=ana, now=NOW)
    again = vouchers.void(stale, by=person(people["manager"]), now=NOW + timedelta(days=1))
    assert (again.voided_at, again.voided_by_id, again.service.status) == (NOW, ana.id, "void")
    made.refresh_from_db()
    assert (made.voided_at, made.voided_by_id) == (NOW, ana.id)
    assert JournalEntry.objects.filter(verb="service.void").count() == 1


def test_void_batch_spares_what_is_used_unless_told(ana):
    batch = make_batch(count=3, made=3)
    new, used, gone = (
        make_voucher(batch=batch),
        make_voucher(batch=batch, first_used_at=NOW),
        make_voucher(batch=batch, status="ended"),
    )
    other = make_voucher()
    assert vouchers.void_batch(batch, by=ana, now=NOW) == [new.service_id]
    assert vouchers.void_batch(batch, by=ana, now=NOW, unused_only=False) == [used.service_id]
    states = {voucher.pk: voucher.service.status for voucher in Voucher.objects.select_related("service")}
    assert states == {new.pk: "void", used.pk: "void", gone.pk: "ended", other.pk: "active"}
    assert JournalEntry.objects.filter(verb="batch.void").count() == 2
    with pytest.raises(Refusal):
        vouchers.void_batch(batch, by=ana, now=NOW, unused_only=False)


def test_a_batch_in_the_making_is_not_voided(ana):
    with pytest.raises(Refusal) as refused:
        vouchers.void_batch(asked(ana), by=ana, now=NOW)
    assert refused.value.code == "still_making"


def test_a_failed_batch_goes_on_where_it_stopped(ana):
    batch = asked(ana, vouchers.CHUNK + 2)
    vouchers.make_chunk(batch, now=NOW)
    batch.refresh_from_db()
    vouchers.fail_batch(batch, "x" * 500)
    assert vouchers.make_chunk(batch, now=NOW) is False
    vouchers.retry_batch(batch, by=ana, now=NOW)
    assert vouchers.make_batch(batch, now=NOW).state == Batch.State.READY
    assert batch.vouchers.count() == vouchers.CHUNK + 2
    with pytest.raises(Refusal):
        vouchers.retry_batch(batch, by=ana, now=NOW)


def test_a_batch_in_the_making_keeps_the_terms_it_was_begun_with(ana):
    batch = asked(ana, vouchers.CHUNK + 2)
    vouchers.make_chunk(batch, now=NOW)
    plan = batch.plan
    plans.change(plan, replace(plans.terms_of(plan), devices=5), by=ana, now=NOW, reach="new")
    vouchers.make_batch(batch, now=NOW)
    assert {each.service.plan.devices for each in batch.vouchers.select_related("service__plan")} == {1}
