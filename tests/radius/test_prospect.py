"""What a subscriber of a plan will see, with what the ISP has settled."""

from zoneinfo import ZoneInfo

from accounts.journal import SYSTEM
from radius import prospect
from radius.foresight import Habit
from subscribers import fallbacks
from subscribers.fallbacks import Given
from tenants.models import Isp
from tests.factories import NOW, make_plan


def test_the_isps_garden_is_foreseen(inside_isp: Isp) -> None:
    plan = make_plan(data_limit_bytes=10**9, validity_seconds=None)
    given = {"voucher": False, "zone": ZoneInfo("Africa/Nairobi"), "language": "en", "now": NOW}
    habit = Habit(2 * 10**9)
    refused = prospect.of(plan, habit, **given)  # type: ignore[arg-type]  # rows of known names
    fallbacks.give("data_spent", Given(address_list="walled"), by=SYSTEM, now=NOW)
    walled = prospect.of(plan, habit, **given)  # type: ignore[arg-type]  # as above
    assert [each.kind for each in refused.events] == ["online", "refused"]
    assert [each.kind for each in walled.events] == ["online", "garden"]
