"""Quiet routers are asked seldom, changed, busy and missing ones often."""

from datetime import UTC, datetime, timedelta

import pytest

from routers import pace
from routers.pace import Seen

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seen", "length"),
    [
        (Seen(False), pace.MISSING),
        (Seen(True, 5, 0), pace.QUIET),
        (Seen(True, 5, 3), pace.USUAL),
        (Seen(True, None, 0), pace.USUAL),
        (Seen(True, 90, 3), pace.BUSY),
        (Seen(True, 5, 0, NOW - timedelta(minutes=1)), pace.BUSY),
        (Seen(True, 5, 0, NOW - timedelta(hours=1)), pace.QUIET),
        (Seen(True, 5, 0, None, True), pace.BUSY),
    ],
)
def test_paces(seen: Seen, length: timedelta) -> None:
    assert pace.until_next(seen, now=NOW, dice=0.5) == length
    for dice in (0.0, 0.999):
        assert abs(pace.until_next(seen, now=NOW, dice=dice) - length) <= length * pace.JITTER


def test_differences_are_looked_at_again_sooner() -> None:
    assert pace.until_comparison(True, dice=0.5) < pace.until_comparison(False, dice=0.5)
