"""Until when something is valid that was sold now."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts.journal import SYSTEM
from billing import vouchers
from kmikro.lib.refusal import Refusal
from subscribers import accounts, sale
from subscribers.models import Plan, Service, Subscriber
from tenants.models import Isp
from tests.factories import make_plan, make_service, make_subscriber

NOW = datetime(2026, 1, 31, 9, 15, tzinfo=UTC)


def test_a_month_from_the_sale_ends_on_the_last_day_of_february(inside_isp: Isp) -> None:
    plan = make_plan(validity_seconds=None, validity_months=1, validity_begins="start")
    ends = sale.until(plan, now=NOW)
    assert ends is not None
    local = ends.astimezone(ZoneInfo(inside_isp.time_zone))
    assert (local.month, local.day) == (2, 28)
    assert local.time() == NOW.astimezone(ZoneInfo(inside_isp.time_zone)).time()


@pytest.mark.parametrize(
    "terms", [{"validity_seconds": None, "validity_begins": "start"}, {"validity_begins": "first_use"}]
)
def test_without_an_end_or_before_the_first_use_there_is_none(
    inside_isp: Isp, terms: dict[str, str | None]
) -> None:
    assert sale.until(make_plan(**terms), now=NOW) is None


def test_accounts_and_vouchers_are_sold_so(inside_isp: Isp) -> None:
    plan = make_plan(validity_seconds=None, validity_days=2, validity_begins="start")
    account, _ = accounts.open_account("jane", plan, None, by=SYSTEM, now=NOW)
    batch = vouchers.make_batch(vouchers.ask_batch(plan, 3, "", by=SYSTEM, now=NOW), now=NOW)
    ends = {service.expires_at for service in Service.objects.all()}
    assert ends == {account.expires_at} == {datetime(2026, 2, 2, 9, 15, tzinfo=UTC)}
    assert batch.made == 3


def test_an_end_that_was_agreed_counts_for_an_account(inside_isp: Isp) -> None:
    plan = make_plan(validity_seconds=None, validity_days=2, validity_begins="start")
    agreed = datetime(2026, 6, 1, tzinfo=UTC)
    account, _ = accounts.open_account("jane", plan, None, by=SYSTEM, now=NOW, expires_at=agreed)
    assert account.expires_at == agreed


def sold(plan: Plan, to: Subscriber | None, now: datetime) -> None:
    sale.check(plan, to, now=now)


def test_once_a_month_is_once_in_each_month_of_the_isps_calendar(inside_isp: Isp) -> None:
    plan, jane = make_plan(sale_limit="month"), make_subscriber(name="Jane")
    sold(plan, jane, NOW)
    make_service(kind="account", plan=plan, subscriber=jane, made_at=NOW)
    with pytest.raises(Refusal, match="once a month, and Jane has it. Next from 1 Feb 00:00"):
        sold(plan, jane, NOW)
    sold(plan, make_subscriber(), NOW)
    sold(plan, None, NOW)
    sold(make_plan(), jane, NOW)
    sold(plan, jane, datetime(2026, 1, 31, 21, tzinfo=UTC))  # midnight in Nairobi


def test_once_is_once_in_whatever_version_and_by_renewal(inside_isp: Isp) -> None:
    plan, jane = make_plan(sale_limit="once"), make_subscriber(name="Jane")
    old = make_plan(name=plan.name, frozen_of=plan, is_archived=True)
    make_service(kind="account", plan=old, subscriber=jane, made_at=NOW - timedelta(days=900))
    with pytest.raises(Refusal, match="Jane has had it") as refused:
        sold(plan, jane, NOW)
    assert refused.value.field == "plan"
    with pytest.raises(Refusal):
        accounts.open_account("jane.two", plan, jane, by=SYSTEM, now=NOW)
    void = make_plan(sale_limit="once")
    make_service(kind="account", plan=void, subscriber=jane, status="void", made_at=NOW)
    sold(void, jane, NOW)


def test_it_is_sold_at_its_hours(inside_isp: Isp) -> None:
    plan = make_plan(name="Weekend", sale_windows=[{"days": [5, 6], "from": "08:00", "to": "20:00"}])
    sold(plan, None, NOW)  # a Saturday, 12:15
    with pytest.raises(Refusal, match="Weekend is not sold at this hour. It is sold again on 1 Feb 08:00"):
        sold(plan, None, NOW + timedelta(hours=9))
