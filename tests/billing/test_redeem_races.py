"""Fifty redeem one voucher at once for different accounts: one account has it. With the lock off more would."""

from datetime import UTC, datetime, timedelta
from threading import Barrier

from accounts.journal import SYSTEM
from billing import redeeming
from kmikro.lib.refusal import Refusal
from subscribers.models import Arrangement, Service
from tenants import scope
from tests.billing.test_agent_races import at_once
from tests.factories import make_plan, make_service, make_voucher

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENDS = NOW + timedelta(days=5)
TAPS, ACCOUNTS = 50, 10


def redeeming_for(accounts, code):
    """An act for threads: each takes the next account."""
    turns = iter(range(10_000))

    def act():
        account = Service.objects.get(pk=accounts[next(turns) % len(accounts)])
        redeeming.redeem(account, code, by=SYSTEM, now=NOW)

    return act


def test_fifty_at_once_top_up_once(fresh_isp, monkeypatch):
    schema = fresh_isp.schema_name
    with scope.inside(schema):
        home = make_plan(name="Home")
        accounts = [
            make_service(kind="account", plan=home, first_used_at=NOW, expires_at=ENDS).pk
            for _ in range(ACCOUNTS)
        ]
        first, second = make_voucher(plan=make_plan()), make_voucher(plan=make_plan())

    ended = at_once(schema, TAPS, redeeming_for(accounts, first.code))
    assert sorted(type(each).__name__ for each in ended) == ["NoneType"] + ["Refusal"] * (TAPS - 1)
    assert {each.code for each in ended if isinstance(each, Refusal)} == {"not_new"}
    with scope.inside(schema):
        moved = Service.objects.filter(pk__in=accounts, expires_at__gt=ENDS)
        first.refresh_from_db()
        assert list(moved) == [first.redeemed_for]
        assert Arrangement.objects.count() == 1

    # The control: without the lock both see an unused voucher, and both accounts have it.
    seen = Barrier(2)

    def unlocked(service_id):
        found = Service.objects.select_related("plan").get(pk=service_id)
        seen.wait(20)
        return found

    monkeypatch.setattr(redeeming, "locked", unlocked)
    others = [pk for pk in accounts if pk != first.redeemed_for_id][:2]
    assert at_once(schema, 2, redeeming_for(others, second.code)) == [None, None]
    with scope.inside(schema):
        assert Service.objects.filter(pk__in=others, expires_at__gt=ENDS).count() == 2
