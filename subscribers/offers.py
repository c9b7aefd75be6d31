"""What a plan gives, in the words in which it is sold."""

from kmikro.lib.validity import Validity
from kmikro.ui import formats
from subscribers.models import Plan
from subscribers.plans import Terms


def words(plan: Plan | Terms) -> str:
    """What a plan gives in a few words: '1 day from first use, 3 GB, 5 Mbps down, 2 Mbps up'."""
    parts = []
    if plan.validity is not None:
        parts.append(f"{valid(plan.validity)} from {BEGINS[Plan.Begins(plan.validity_begins)]}")
    if plan.time_limit_seconds is not None:
        parts.append(f"{span(plan.time_limit_seconds)} online")
    if plan.data_limit_bytes is not None:
        parts.append(formats.data_size(plan.data_limit_bytes))
    parts.append(speed(plan.download_bps, plan.upload_bps))
    if plan.devices > 1:
        parts.append(f"{plan.devices} devices")
    return ", ".join(part for part in parts if part)


BEGINS = {Plan.Begins.FIRST_USE: "first use", Plan.Begins.START: "the sale"}


def valid(validity: Validity) -> str:
    """How long something is valid as it is sold: '1 month', '7 days', '90 min'."""
    if validity.months:
        return _counted(validity.months, "month", "months")
    return _counted(validity.days, "day", "days") if validity.days else span(validity.seconds)


def _counted(count: int, one: str, many: str) -> str:
    return f"{count}\u00a0{one if count == 1 else many}"


def span(seconds: int) -> str:
    """A length of time as it is sold, in words where it is even: '1 day', '36 hours', '90 min'."""
    for size, one, many in ((86_400, "day", "days"), (3_600, "hour", "hours")):
        count, rest = divmod(seconds, size)
        if count and not rest:
            return _counted(count, one, many)
    return formats.span(seconds) if seconds % 60 else f"{seconds // 60}\u00a0min"


def speed(download_bps: int, upload_bps: int) -> str:
    """'5 Mbps down, 2 Mbps up', or 'no speed limit'."""
    if not download_bps and not upload_bps:
        return "no speed limit"
    down = formats.bit_rate(download_bps) if download_bps else "unlimited"
    up = formats.bit_rate(upload_bps) if upload_bps else "unlimited"
    return f"{down} down, {up} up"
