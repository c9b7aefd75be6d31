"""What a subscriber of a plan will see from now on, with what this ISP has settled."""

from datetime import datetime
from zoneinfo import ZoneInfo

from radius import foresight, lookup
from radius.foresight import Foreseen, Habit
from radius.gather import Places, instead
from subscribers.models import Plan


def of(plan: Plan, habit: Habit, *, voucher: bool, zone: ZoneInfo, language: str, now: datetime) -> Foreseen:
    """Call inside the tenant; two months from `now`."""
    facts = lookup.plan_facts(plan, Places())
    return foresight.foresee(
        facts, habit, now.timestamp(), zone, voucher=voucher, given=instead(), language=language
    )
