"""An Accept in RouterOS' words: rx is upload, no limit is ever 0, gigawords split."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radius import mikrotik
from radius.events import Accept


def accept(
    timeout: int | None = None, data: int | None = None, devices: int = 0, interim: int = 60
) -> Accept:
    return Accept(5, 3, timeout, data, 5_000_000, 10_000_000, interim, b"token", devices=devices)


def words(given_: Accept) -> dict[str, int | str | bytes]:
    return dict(mikrotik.attributes(given_))


def test_rx_is_the_subscribers_upload() -> None:
    assert mikrotik.rate_limit(upload_bps=5_000_000, download_bps=20_000_000) == "5M/20M"
    assert words(accept())["Mikrotik-Rate-Limit"] == "5M/10M"


@pytest.mark.parametrize(
    ("bps", "text"),
    [(0, "0"), (-1, "0"), (1, "1"), (999, "999"), (1_000, "1k"), (1_500_000, "1500k"), (10**9, "1000M")],
)
def test_speeds_are_exact(bps: int, text: str) -> None:
    assert mikrotik.rate(bps) == text


def test_a_plan_without_speed_limit_says_nothing_of_speed() -> None:
    assert mikrotik.plan_attributes(upload_bps=0, download_bps=0, interim_seconds=60) == [
        ("Acct-Interim-Interval", 60)
    ]
    one_sided = mikrotik.plan_attributes(upload_bps=0, download_bps=1000, interim_seconds=60)
    assert ("Mikrotik-Rate-Limit", "0/1k") in one_sided


@pytest.mark.parametrize(("wanted", "told"), [(0, 60), (59, 60), (300, 300), (600, 600), (9_999, 600)])
def test_interim_stays_between_one_and_ten_minutes(wanted: int, told: int) -> None:
    assert words(accept(interim=wanted))["Acct-Interim-Interval"] == told


def test_no_limit_is_not_sent() -> None:
    names = words(accept())
    assert not {
        "Session-Timeout",
        "Mikrotik-Total-Limit",
        "Mikrotik-Total-Limit-Gigawords",
        "Port-Limit",
    } & set(names)
    assert names["Class"] == b"token"


def test_limits_of_nothing_are_refused_not_sent() -> None:
    with pytest.raises(ValueError, match="time left"):
        mikrotik.attributes(accept(timeout=0))
    with pytest.raises(ValueError, match="data left"):
        mikrotik.attributes(accept(data=0))


def test_a_very_long_session_stays_positive() -> None:
    assert words(accept(timeout=2**40))["Session-Timeout"] == 2**31 - 1


@given(st.integers(1, 2**63 - 1))
def test_data_left_is_split_and_no_half_means_unlimited(left: int) -> None:
    said = words(accept(data=left))
    low, high = said["Mikrotik-Total-Limit"], said.get("Mikrotik-Total-Limit-Gigawords")
    assert isinstance(low, int)
    assert 0 < low < 2**32
    assert high is None or (isinstance(high, int) and 0 < high < 2**32)
    told = (high if isinstance(high, int) else 0) * 2**32 + low
    assert left - 1 <= told <= left


def test_devices_become_the_port_limit() -> None:
    assert words(accept(devices=3))["Port-Limit"] == 3
