"""Replies that wait for their time."""

from __future__ import annotations

from radius import held
from radius.events import Port
from radius.held import Held
from radius.sockets import Datagram

ASKED = Datagram(b"asked", ("127.0.0.1", 1), b"", 0.0)


def test_they_leave_in_the_order_of_their_time_and_not_before() -> None:
    kept = Held()
    kept.put(2.0, b"second", Port.AUTH, ASKED)
    kept.put(1.0, b"first", Port.AUTH, ASKED)
    kept.put(2.0, b"third", Port.AUTH, ASKED)
    assert (len(kept), kept.until_next(0.25), kept.until_next(9.0)) == (3, 0.75, 0.0)
    assert list(kept.due(0.9)) == []
    light = ASKED._replace(octets=b"")
    assert list(kept.due(1.0)) == [(b"first", Port.AUTH, light)]
    assert [reply for reply, _, _ in kept.due(2.0)] == [b"second", b"third"]
    assert not kept


def test_there_is_an_end_to_how_many_wait() -> None:
    kept = Held()
    for _ in range(held.MOST):
        assert not kept.is_full
        kept.put(1.0, b"", Port.AUTH, ASKED)
    assert kept.is_full
