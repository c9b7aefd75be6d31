"""Until when something is valid that was sold now."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from accounts.journal import SYSTEM
from billing import vouchers
from subscribers import accounts, sale
from subscribers.models import Service
from tenants.models import Isp
from tests.factories import make_plan

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
