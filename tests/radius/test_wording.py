"""Times and amounts as people say them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from radius.wording import amount, bits, moment, span


def test_a_moment_is_told_at_the_isps_own_clock() -> None:
    assert moment(1_795_345_500, ZoneInfo("Africa/Nairobi")) == "22 Nov 14:05"
    assert moment(1_795_345_500, ZoneInfo("America/Bogota")) == "22 Nov 06:05"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-5, "0 s"), (0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3661, "1 h 1 min"), (7200, "2 h"), (90_061, "1 d 1 h"),
     (86_460, "1 d")],
)  # fmt: skip
def test_spans(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (-1, "0 B"),
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1 kB"),
        (1_500_000_000, "1.5 GB"),
        (2 * 10**12, "2 TB"),
    ],
)
def test_amounts(octets: int, text: str) -> None:
    assert amount(octets) == text


@pytest.mark.parametrize(
    ("bps", "text"),
    [(0, "0 bps"), (999, "999 bps"), (64_000, "64 kbps"), (1_500_000, "1.5 Mbps"), (10**9, "1 Gbps")],
)
def test_bits(bps: int, text: str) -> None:
    assert bits(bps) == text
