"""What may be chosen for a batch: codes nobody guesses, a price, a last day; refusals say what to choose."""

from datetime import UTC, date, datetime

import pytest

from accounts.journal import person
from billing import batch_options, vouchers
from billing.batch_options import Options
from kmikro.lib import codes
from kmikro.lib.refusal import Refusal
from tests.factories import NOW, make_batch, make_plan

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("options", "field", "said"),
    [
        (Options(prefix="KMXX"), "prefix", "up to 3"),
        (Options(prefix="A1"), "prefix", "of the letters"),
        (Options(alphabet="greek"), "alphabet", "mixed, digits or letters"),
        (Options(length=5), "length", "6 to 16"),
        (Options(length=17), "length", "6 to 16"),
        (Options(alphabet="digits", length=9), "length", "Choose 10 or more"),
        (Options(length=7), "length", "1,280,000,000 codes"),
    ],
)
def test_a_shape_that_will_not_do_is_refused(inside_isp, options, field, said):
    with pytest.raises(Refusal) as refused:
        batch_options.shape_of(options, 500)
    assert refused.value.field == field
    assert said in refused.value.text


def test_what_was_made_before_counts(inside_isp):
    short = Options(alphabet="letters", length=9)  # 16**9 codes: room for 6,871 vouchers
    assert batch_options.shape_of(short, 6_871) == codes.Shape("", "letters", 9)
    make_batch(alphabet="letters", length=9, count=6_000)
    assert batch_options.shape_of(short, 871).length == 9
    with pytest.raises(Refusal, match="beside 6,000 made before"):
        batch_options.shape_of(short, 872)
    assert batch_options.shape_of(Options(prefix="km", alphabet="letters", length=9), 6_000).prefix == "KM"


def test_the_last_day_ends_at_midnight_of_the_isp(inside_isp):
    options = Options(use_by=date(2026, 11, 30))
    assert batch_options.last_moment(options, NOW) == datetime(2026, 11, 30, 21, tzinfo=UTC)  # Nairobi
    for day, said in ((date(2026, 11, 21), "over"), (date(2032, 1, 1), "five years")):
        with pytest.raises(Refusal, match=said):
            batch_options.last_moment(Options(use_by=day), NOW)
    assert batch_options.last_moment(Options(use_by=date(2026, 11, 22)), NOW)


def test_the_price_is_the_plans_unless_it_is_given(people):
    ana, plan = person(people["owner"]), make_plan(price_minor=5000)
    prices = [
        vouchers.ask_batch(plan, 1, "", by=ana, now=NOW, options=Options(price_minor=price)).price_minor
        for price in (None, 0, 7000)
    ]
    assert prices == [5000, 0, 7000]
    with pytest.raises(Refusal):
        batch_options.price_of(Options(price_minor=-1), 5000)


@pytest.mark.parametrize("alphabet", list(codes.ALPHABETS))
def test_codes_of_every_alphabet_are_made_and_found(people, alphabet):
    options = Options(prefix="KM", alphabet=alphabet, length=10)
    batch = vouchers.ask_batch(make_plan(), 3, "", by=person(people["owner"]), now=NOW, options=options)
    made = list(vouchers.make_batch(batch, now=NOW).vouchers.select_related("service"))
    assert len(made) == 3
    for voucher in made:
        assert codes.is_plausible(voucher.code, batch.shape)
        assert voucher.service.lookup == vouchers.lookup(codes.shown(voucher.code).lower())
