"""Tallies, sales and searches; what others made is not counted for a cashier."""

from datetime import UTC, datetime, timedelta

import pytest

from billing import queries
from kmikro.lib import codes
from tests.factories import make_batch, make_plan, make_voucher

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
AGO = NOW - timedelta(minutes=5)


@pytest.fixture
def two_batches(people):
    plan = make_plan(price_minor=5000)
    mine = make_batch(plan=plan, made_by=people["cashier"])
    theirs = make_batch(plan=plan, made_by=people["owner"], price_minor=7000)
    vouchers = [make_voucher(batch=mine), make_voucher(batch=mine, first_used_at=AGO)]
    vouchers.append(make_voucher(batch=mine, status="void", first_used_at=AGO - timedelta(days=1)))
    vouchers.append(make_voucher(batch=theirs, first_used_at=AGO))
    return mine, theirs, vouchers


def test_tallies(two_batches):
    mine, theirs, _vouchers = two_batches
    found = queries.tallies([mine.pk, theirs.pk, 0])
    assert found[mine.pk] == queries.Tally(unused=1, used=1, void=1)
    assert found[theirs.pk] == queries.Tally(unused=0, used=1, void=0)
    assert found[0] == queries.Tally()


def test_sold_counts_first_uses_of_the_span_at_the_batch_price(two_batches, people):
    since = NOW - timedelta(hours=1)
    assert queries.sold(since, NOW) == queries.Sales(2, 12_000)
    assert queries.sold(since, NOW, people["cashier"].pk) == queries.Sales(1, 5000)
    assert queries.sold(NOW, NOW + timedelta(hours=1)) == queries.Sales(0, 0)


def test_stock_is_what_can_still_be_sold(two_batches, people):
    assert queries.stock() == queries.Sales(1, 5000)
    assert queries.stock(people["owner"].pk) == queries.Sales(0, 0)


def test_owner_sees_own_batches_only(two_batches, people):
    mine, _theirs, vouchers = two_batches
    assert list(queries.batches(people["cashier"].pk)) == [mine]
    assert queries.vouchers(NOW, people["cashier"].pk).count() == 3
    assert queries.vouchers(NOW).count() == 4
    hidden = queries.matching(queries.vouchers(NOW, people["cashier"].pk), vouchers[3].code)
    assert not hidden.exists()


def test_matching(two_batches):
    _mine, _theirs, vouchers = two_batches
    wanted = vouchers[1]
    code = wanted.code
    for typed in (code, code.lower(), f"{code[:4]}-{code[4:8]}-{code[8:]}", wanted.service.label):
        assert list(queries.matching(queries.vouchers(NOW), typed)) == [wanted]
    assert wanted in queries.matching(queries.vouchers(NOW), code[-4:])
    assert not queries.matching(queries.vouchers(NOW), "%").exists()
    assert queries.in_use(NOW) == 2


def test_a_whole_code_a_typing_error_and_other_words(inside_isp):
    make_batch(prefix="KM", alphabet="digits", length=9)
    shape = codes.Shape("KM", "digits", 9)
    for code, known in ((codes.mint(), codes.DEFAULT), (codes.mint(shape), shape)):
        assert queries.is_code(codes.shown(code).lower())
        assert not queries.is_typo(code)
        signs = codes.ALPHABETS[known.alphabet]
        wrong = code[:-1] + next(sign for sign in signs if sign != code[-1])
        assert queries.is_typo(wrong)
        assert not queries.is_code(wrong)
    for words in ("254712345678", "Wanjiku Kama", "", "12-0004"):
        assert not queries.is_typo(words)


def test_reach_is_what_void_would_do(inside_isp):
    batch = make_batch(count=4, made=4)
    for serial, more in enumerate(({}, {"first_used_at": NOW}, {"status": "ended"}, {"status": "void"}), 1):
        voucher = make_voucher(batch=batch, **more)
        voucher.serial = serial
        voucher.save()
    assert queries.reach(batch, NOW, unused_only=True) == queries.Reach(1, 1, 1, 1, voided=1)
    found = queries.reach(batch, NOW, unused_only=False, first=2, last=3)
    assert found == queries.Reach(0, 1, 1, 0, voided=1)
    assert found.kept == 1
