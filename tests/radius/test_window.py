"""What was counted in the last minute."""

from __future__ import annotations

from radius.window import SPAN, Window

A, B = ("t_a", 1, "accept"), ("t_b", 2, "ended")


def test_all_since_the_beginning_and_then_the_last_minute_alone() -> None:
    counts: dict[tuple[str, int, str], int] = {A: 5}
    window = Window(0.0)
    assert window.since(2.0, {"attempts": counts}) == {"seconds": 2.0, "attempts": [[*A, 5]]}
    for now in range(4, 200, 2):
        counts[A] += 2  # one a second
        told = window.since(float(now), {"attempts": counts})
    assert SPAN <= told["seconds"] < SPAN + 8  # type: ignore[operator]  # a number
    assert told["attempts"] == [[*A, told["seconds"]]]
    counts[B] = 1
    (_, fresh) = window.since(200.0, {"attempts": counts})["attempts"]  # type: ignore[misc]  # a list
    assert fresh == [*B, 1]


def test_what_stands_still_is_left_out_and_little_is_kept() -> None:
    counts = {A: 5}
    window = Window(0.0)
    for now in range(1_000):
        told = window.since(float(now), {"drops": counts})
    assert told["drops"] == []
    assert len(window._past) < 15
