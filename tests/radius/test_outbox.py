"""Replies of one wake-up leave together, in order, none later than when it ends."""

from __future__ import annotations

from collections import Counter
from typing import Any

from radius.outbox import MOST, Outbox
from tests.radius import vectors as v
from tests.radius.stage import Play

ROUTER = ("127.0.0.1", 40_000)


class Door:
    """Takes so many replies and then no more."""

    def __init__(self, room: int = 10_000) -> None:
        self.room, self.taken = room, list[bytes]()

    def send(self, reply: bytes, source: Any, via: bytes) -> bool:
        if len(self.taken) == self.room:
            return False
        self.taken.append(reply)
        return True


def test_they_wait_for_the_flush_and_keep_their_order() -> None:
    door, outbox = Door(), Outbox(Counter())
    for number in range(3):
        outbox.put(door, bytes((number,)), ROUTER, b"")  # type: ignore[arg-type]
    assert door.taken == []
    outbox.flush()
    outbox.flush()
    assert door.taken == [b"\0", b"\1", b"\2"]


def test_no_reply_waits_for_many_others() -> None:
    door, outbox = Door(), Outbox(Counter())
    for number in range(MOST):
        outbox.put(door, bytes((number,)), ROUTER, b"")  # type: ignore[arg-type]
    assert len(door.taken) == MOST


def test_what_the_kernel_does_not_take_is_counted() -> None:
    counts = Counter[str]()
    door, outbox = Door(room=1), Outbox(counts)
    for number in range(3):
        outbox.put(door, bytes((number,)), ROUTER, b"")  # type: ignore[arg-type]
    outbox.flush()
    assert (len(door.taken), counts["unsent"]) == (1, 2)


def test_a_fault_in_one_request_keeps_no_answer_back(monkeypatch: Any) -> None:
    play = Play(monkeypatch)
    of = play.world.of

    def fails_for_flopsy(schema: str, username: bytes) -> Any:
        if username == b"flopsy":
            raise ZeroDivisionError
        return of(schema, username)

    monkeypatch.setattr(play.world, "of", fails_for_flopsy)
    play.auth.put(v.access(v.pap(b"nemo", b"arctangent"), 1), ("127.0.0.1", 40_000))
    play.auth.put(v.access(v.pap(b"flopsy", b"x"), 2), ("127.0.0.1", 40_001))
    play.auth.put(v.access(v.pap(b"nemo", b"arctangent"), 3), ("127.0.0.1", 40_002))
    play.turn()
    assert [(reply[0], source[1]) for _, reply, source in play.auth.sent] == [(2, 40_000), (2, 40_002)]
    assert play.server.counts["fault"] == 1
    play.server.close()
