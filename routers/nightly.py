"""What is done once a night: however often it is asked for, and once afterwards when a night was missed."""

from datetime import datetime, timedelta

ONCE = timedelta(hours=12)
MISSED = timedelta(hours=27)  # a day, and the hours by which clocks and queues shift it


def is_due(last: datetime | None, *, night: bool, now: datetime) -> bool:
    """Whether it was not done this night yet; by day only when the last night was missed."""
    if last is None:
        return night
    return now - last >= (ONCE if night else MISSED)
