"""A window as people type it: by the ISP's own clock, not before and not after."""

from datetime import datetime, timedelta

from django.http import QueryDict
from django.utils import timezone

from kmikro.lib.refusal import Refusal

LONGEST = timedelta(days=30)
SLACK = timedelta(minutes=5)  # a moment that was 'now' when the page was opened


def typed(given: QueryDict, now: datetime) -> tuple[datetime | None, datetime | None]:
    """not_before and not_after of a form; None where nothing was typed. Refuses what is no moment ahead."""
    return _moment(given, "not_before", now), _moment(given, "not_after", now)


def _moment(given: QueryDict, field: str, now: datetime) -> datetime | None:
    text = given.get(field, "").strip()
    if not text:
        return None
    try:
        when = datetime.fromisoformat(text[:25])
    except ValueError:
        raise Refusal("window", "Type a date and a time, such as 2026-11-27T02:00.", field=field) from None
    when = when if when.tzinfo else when.replace(tzinfo=timezone.get_current_timezone())
    if not now - SLACK <= when <= now + LONGEST:
        raise Refusal("window", "The window lies within the next 30 days.", field=field)
    return when
