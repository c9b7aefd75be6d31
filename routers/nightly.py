"""What is done once a night: however often it is asked for, and once afterwards when a night was missed."""

from datetime import datetime, timedelta

from django.db import connection

from kmikro.lib import here

ONCE = timedelta(hours=12)
MISSED = timedelta(hours=27)  # a day, and the hours by which clocks and queues shift it


def is_due(last: datetime | None, *, night: bool, now: datetime) -> bool:
    """Whether it was not done this night yet; by day only when the last night was missed."""
    if last is None:
        return night
    return now - last >= (ONCE if night else MISSED)


def alone(what: str) -> None:
    """Who asks in the same moment waits until this transaction has ended, and then sees what it did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"{here.schema()} {what}"])
