"""Saying a thing once a while."""

from __future__ import annotations

from radius.quiet import Quiet


def test_once_a_pause_for_each_thing() -> None:
    quiet = Quiet(60)
    assert [quiet.may("a", at) for at in (0, 1, 59.9, 60, 61)] == [True, False, False, True, False]
    assert quiet.may("b", 1)


def test_it_does_not_grow() -> None:
    quiet = Quiet(60)
    for number in range(20_000):
        assert quiet.may(f"address {number}", 0)
    assert len(quiet._said) <= 4096


def test_a_bound_on_everything_that_is_said_in_one_pause() -> None:
    quiet = Quiet(60, most=3)
    assert [quiet.may(name, 0) for name in "abcde"] == [True, True, True, False, False]
    assert [quiet.may(name, 60) for name in "abcde"] == [True, True, True, False, False]
