"""A window as people type it is read by the ISP's own clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.utils import timezone

from dashboard import windows
from kmikro.lib.refusal import Refusal

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def test_empty_is_no_window_and_times_are_of_the_isps_clock() -> None:
    assert windows.typed(QueryDict("not_before=&not_after="), NOW) == (None, None)
    with timezone.override(ZoneInfo("Africa/Nairobi")):
        opens, closes = windows.typed(
            QueryDict("not_before=2026-11-27T02:00&not_after=2026-11-27T04:00"), NOW
        )
    assert opens == datetime(2026, 11, 26, 23, tzinfo=UTC)
    assert closes == opens + timedelta(hours=2)


@pytest.mark.parametrize("typed", ["tonight", "2026-11-25T02:00", "2027-06-01T02:00"])
def test_what_is_no_moment_ahead_is_refused_with_its_field(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        windows.typed(QueryDict(f"not_after={typed}"), NOW)
    assert refused.value.field == "not_after"
