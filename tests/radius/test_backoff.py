"""Trouble in one ISP's tables is waited for longer and longer, and only there."""

from __future__ import annotations

from radius.backoff import PAUSES, BackOff


def test_pauses_double_up_to_their_bound_and_begin_anew() -> None:
    waits, now, pauses = BackOff(), 100.0, []
    for _ in range(6):
        waits.again("t_a", now)
        pauses.append(waits.until("t_a") - now)
        now = waits.until("t_a")
    assert pauses == [1.0, 2.0, 4.0, 8.0, 8.0, 8.0]
    assert (pauses[0], pauses[-1]) == PAUSES
    assert waits.until("t_b") < 0
    waits.over("t_a")
    assert waits.until("t_a") < 0
    waits.again("t_a", now)
    assert waits.until("t_a") == now + 1.0
