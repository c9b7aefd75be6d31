"""A router that agreed to a speed is measured by its own reports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radius.proving import BEGIN, BROKEN, ENOUGH, KEPT, LATER, look


@pytest.mark.parametrize(
    ("told_bytes", "told_seconds", "download", "seconds", "limit", "verdict"),
    [
        (None, 60, 10**9, 60, 10**6, LATER),  # no report since
        (None, 60, 10**9, 120, 10**6, BEGIN),  # the first holds traffic of both speeds
        (10**9, 120, 10**9, 150, 10**6, LATER),  # too short to tell
        (10**9, 120, 10**9 + 7_000_000, 180, 10**6, KEPT),
        (10**9, 120, 10**9 + 60_000_000, 180, 10**6, BROKEN),
        (10**9, 120, 10**9, 180, 10**6, KEPT),  # nothing was loaded: nothing is shown
        (None, 60, 10**12, 900, 0, KEPT),  # no limit
    ],
)
def test_cases(
    told_bytes: int | None, told_seconds: int, download: int, seconds: int, limit: int, verdict: str
) -> None:
    assert look(told_bytes, told_seconds, download=download, seconds=seconds, limit_bps=limit) == verdict


@given(st.integers(8_000, 10**9), st.integers(ENOUGH, 10_000), st.floats(0, 1.2))
def test_who_keeps_to_the_limit_is_never_called_a_breaker(limit: int, passed: int, share: float) -> None:
    loaded = int(limit / 8 * passed * share)
    assert look(10, 100, download=10 + loaded, seconds=100 + passed, limit_bps=limit) == KEPT
