"""What wakes the loop."""

from __future__ import annotations

import select

from radius.bell import Bell


def is_ringing(bell: Bell) -> bool:
    return bool(select.select([bell], [], [], 0)[0])


def test_it_rings_until_it_is_hushed_however_often_it_is_pressed() -> None:
    bell = Bell()
    assert not is_ringing(bell)
    for _ in range(100_000):  # more than the socket holds
        bell.ring()
    assert is_ringing(bell)
    bell.hush()
    assert not is_ringing(bell)
    bell.close()
    bell.ring()  # nobody is left, and nothing breaks
