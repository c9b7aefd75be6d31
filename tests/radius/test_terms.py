"""One object for one set of values: templates of replies are kept by it."""

from __future__ import annotations

from radius.terms import PLAIN, calm, extras


def test_the_same_is_the_same_object() -> None:
    assert extras(pool="a", priority=3) is extras(pool="a", priority=3)
    assert extras(pool="a") is not extras(pool="b")
    assert extras() is PLAIN


def test_a_lowered_speed_keeps_lists_and_loses_bursts() -> None:
    told = extras(
        burst_download_bps=9,
        burst_seconds=8,
        guaranteed_upload_bps=1,
        pool="p",
        address_list="l",
        idle_seconds=9,
    )
    assert calm(told) is extras(priority=8, idle_seconds=9, address_list="l", pool="p")
