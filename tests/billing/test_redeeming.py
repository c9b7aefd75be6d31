"""A voucher tops up an account once: its time and data come to it, and nothing is lost silently."""

from datetime import timedelta

import pytest

from accounts.journal import person
from accounts.models import JournalEntry
from billing import redeeming
from kmikro.lib import codes
from kmikro.lib.refusal import Refusal
from subscribers.models import Arrangement
from tests.factories import NOW, make_batch, make_plan, make_service, make_voucher

pytestmark = pytest.mark.django_db
DAY, GB = timedelta(days=1), 10**9


@pytest.fixture
def ana(people):
    return person(people["owner"])


@pytest.fixture
def account(inside_isp):
    """A home with 5 days and a data limit left."""
    plan = make_plan(name="Home", data_limit_bytes=100 * GB, validity_seconds=30 * 86_400)
    return make_service(
        kind="account", label="home-1", plan=plan, first_used_at=NOW, expires_at=NOW + 5 * DAY
    )


def voucher_of(**plan):
    return make_voucher(plan=make_plan(**{"validity_seconds": 86_400, "data_limit_bytes": 3 * GB, **plan}))


def test_time_and_data_come_to_the_account_and_the_voucher_is_used_up(ana, account):
    voucher = voucher_of()
    typed = codes.shown(voucher.code).lower()
    seen = redeeming.preview(account, typed, now=NOW)
    assert (seen.ends_after, seen.octets, seen.data_from) == (NOW + 6 * DAY, 3 * GB, None)
    redeeming.redeem(account, typed, by=ana, now=NOW)
    for each in (account, voucher, voucher.service):
        each.refresh_from_db()
    assert account.expires_at == NOW + 6 * DAY
    extra = Arrangement.objects.get(service=account, kind="data")
    assert (extra.octets, extra.starts_at, extra.period) == (3 * GB, NOW, "total")
    assert (voucher.service.status, voucher.service.first_used_at) == ("ended", NOW)
    assert (voucher.redeemed_for, voucher.redeemed_at) == (account, NOW)
    assert JournalEntry.objects.get(verb="voucher.redeem").facts == {"account": "home-1"}
    with pytest.raises(Refusal, match="used already|has ended"):
        redeeming.redeem(account, typed, by=ana, now=NOW)
    account.refresh_from_db()
    assert account.expires_at == NOW + 6 * DAY


def test_data_waits_for_its_time_where_the_isp_wants_that(ana, account):
    redeeming.choose("after", by=ana, now=NOW)
    voucher = voucher_of()
    assert redeeming.preview(account, voucher.code, now=NOW).data_from == NOW + 5 * DAY
    redeeming.redeem(account, voucher.code, by=ana, now=NOW)
    assert Arrangement.objects.get(service=account, kind="data").starts_at == NOW + 5 * DAY
    with pytest.raises(Refusal):
        redeeming.choose("sometime", by=ana, now=NOW)


def test_an_account_that_is_over_goes_on_from_now(ana, account):
    account.expires_at, account.status = NOW - 3 * DAY, "ended"
    account.save()
    redeeming.redeem(account, voucher_of().code, by=ana, now=NOW)
    account.refresh_from_db()
    assert (account.expires_at, account.status) == (NOW + DAY, "active")


def test_what_began_with_the_sale_gives_what_is_left_of_it(ana, account):
    voucher = voucher_of()
    voucher.service.expires_at = NOW + timedelta(hours=7)
    voucher.service.save()
    assert redeeming.preview(account, voucher.code, now=NOW).ends_after == NOW + 5 * DAY + timedelta(hours=7)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"status": "void"}, "void"),
        ({"status": "suspended"}, "paused"),
        ({"status": "pending"}, "agent"),
        ({"status": "ended"}, "ended"),
        ({"first_used_at": NOW}, "used already"),
        ({"expires_at": NOW - DAY}, "ended"),
    ],
)
def test_only_an_unused_voucher_tops_up(ana, account, state, said):
    voucher = make_voucher(plan=make_plan(), **state)
    for act in (redeeming.preview, lambda *given, now: redeeming.redeem(*given, by=ana, now=now)):
        with pytest.raises(Refusal, match=said) as refused:
            act(account, voucher.code, now=NOW)
        assert refused.value.code == "not_new"
    account.refresh_from_db()
    assert account.expires_at == NOW + 5 * DAY
    assert not Arrangement.objects.exists()


def test_codes_that_there_are_not_and_slips_are_told_apart(account):
    code = voucher_of().code
    wrong = code[:-1] + next(sign for sign in codes.ALPHABET if sign != code[-1])
    for typed, kind in (("", "no_code"), (codes.mint(), "unknown_code"), (wrong, "mistyped")):
        with pytest.raises(Refusal) as refused:
            redeeming.preview(account, typed, now=NOW)
        assert refused.value.code == kind


def test_what_would_be_lost_is_refused(ana, inside_isp):
    endless = make_service(kind="account", plan=make_plan(validity_seconds=None), first_used_at=NOW)
    voucher = voucher_of()
    with pytest.raises(Refusal, match="would be lost"):
        redeeming.redeem(endless, voucher.code, by=ana, now=NOW)
    voucher.service.refresh_from_db()
    assert voucher.service.status == "active"
    with pytest.raises(Refusal) as refused:
        redeeming.preview(make_voucher(batch=make_batch()).service, voucher.code, now=NOW)
    assert refused.value.code == "no_account"
