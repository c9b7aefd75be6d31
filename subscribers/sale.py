"""What a sale settles: until when something is valid whose clock begins with the sale and not with the first use."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from kmikro.lib import validity
from subscribers.models import Plan
from tenants import routes


def until(plan: Plan, *, now: datetime) -> datetime | None:
    """The end of what is sold now; None where the plan has no end or its clock begins with the first use."""
    valid = plan.validity
    if valid is None or plan.validity_begins != Plan.Begins.START:
        return None
    zone = ZoneInfo(routes.zone_name(routes.own_schema()))
    return datetime.fromtimestamp(validity.end(now.timestamp(), valid, zone), UTC)
