"""How many sign-ins a worker keeps, whose they are, and for how long."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from radius.eap import conversations as module
from radius.eap.conversations import IDLE, LIFE, MOST_NEW, MOST_OF_ONE, Conversations
from radius.eap.tunnel import Tunnel
from radius.events import AccessRequest, Nas
from tests.radius.eap import shown
from tests.radius.fakes import ROUTER

TUNNEL = partial(Tunnel, shown.shared)  # never made here


def asks(nas: Nas = ROUTER, address: str = "127.0.0.1", state: bytes | None = None) -> AccessRequest:
    return AccessRequest(nas, 1, bytes(16), (address, 1), b"anonymous", None, None, state=state)


def router(number: int) -> tuple[Nas, str]:
    address = f"10.0.{number >> 8}.{number & 255}"
    return replace(ROUTER, router_id=number, address=address), address


def test_a_state_opens_its_own_conversation_and_for_its_own_router_alone() -> None:
    kept = Conversations(b"abcd")
    made = kept.begin(asks(), TUNNEL, 0.0)
    assert made is not None
    assert (made.state[:4], len(made.state)) == (b"abcd", 16)
    assert kept.find(asks(state=made.state), 1.0) is made
    other, address = router(2)
    assert kept.find(asks(other, address, made.state), 1.0) is None
    assert kept.find(asks(address=address, state=made.state), 1.0) is None
    assert kept.find(asks(replace(ROUTER, schema="isp_other"), state=made.state), 1.0) is None
    for state in (None, b"", made.state[:-1], made.state + b"\0", bytes(16)):
        assert kept.find(asks(state=state), 1.0) is None
    assert len({kept.begin(asks(), TUNNEL, 1.0) for _ in range(50)}) == 50


def test_it_lasts_half_a_minute_from_its_first_packet() -> None:
    kept = Conversations(b"abcd")
    made = kept.begin(asks(), TUNNEL, 0.0)
    assert made is not None
    assert kept.find(asks(state=made.state), LIFE - 0.1) is made
    assert kept.find(asks(state=made.state), LIFE) is None
    assert len(kept) == 0


def test_one_router_has_so_many_and_only_silent_ones_make_room() -> None:
    kept = Conversations(b"abcd")
    first = kept.begin(asks(), TUNNEL, 0.0)
    assert first is not None
    for _ in range(MOST_OF_ONE - 1):
        assert kept.begin(asks(), TUNNEL, 1.0) is not None
    assert kept.begin(asks(), TUNNEL, 2.0) is None
    assert kept.begin(asks(*router(2)), TUNNEL, 2.0) is not None, "another router is not touched"
    kept.find(asks(state=first.state), 2.5)
    assert kept.begin(asks(), TUNNEL, 1.0 + IDLE) is not None
    assert kept.find(asks(state=first.state), 4.0) is first, "it had spoken since"
    assert len(kept) == MOST_OF_ONE + 1


def test_a_router_has_no_more_over_many_connections() -> None:
    kept = Conversations(b"abcd")
    made = [kept.begin(asks(address=f"10.0.0.1 radsec {number}"), TUNNEL, 0.0) for number in range(150)]
    assert sum(each is not None for each in made) == MOST_OF_ONE


def test_what_one_router_has_no_room_for_keeps_no_other_from_beginning() -> None:
    kept = Conversations(b"abcd")
    for _ in range(2 * MOST_NEW):
        kept.begin(asks(), TUNNEL, 0.0)
    assert kept.begin(asks(*router(2)), TUNNEL, 0.1) is not None


def test_one_that_is_over_makes_room_at_once() -> None:
    kept = Conversations(b"abcd")
    made = [kept.begin(asks(), TUNNEL, 0.0) for _ in range(MOST_OF_ONE)]
    assert kept.begin(asks(), TUNNEL, 0.1) is None
    over = made[7]
    assert over is not None
    over.hear(b"nonsense")
    assert over.is_over
    assert kept.begin(asks(), TUNNEL, 0.1) is not None
    assert kept.find(asks(state=over.state), 0.2) is None


def test_a_worker_has_so_many_and_the_greediest_gives_way() -> None:
    kept = Conversations(b"abcd", most=40)
    greedy = [kept.begin(asks(*router(1)), TUNNEL, 0.0) for _ in range(30)]
    for number in range(2, 12):
        assert kept.begin(asks(*router(number)), TUNNEL, 1.0) is not None
    assert len(kept) == 40
    assert kept.begin(asks(*router(99)), TUNNEL, 1.0) is None
    assert kept.begin(asks(*router(99)), TUNNEL, IDLE) is not None
    assert len(kept) == 40
    assert greedy[0] is not None
    assert kept.find(asks(*router(1), state=greedy[0].state), IDLE) is None


def test_only_so_many_begin_in_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Conversations(b"abcd")
    begun = [kept.begin(asks(*router(number)), TUNNEL, 5.0 + number / 1000) for number in range(300)]
    assert sum(each is not None for each in begun) == MOST_NEW
    assert kept.begin(asks(*router(300)), TUNNEL, 6.0) is not None


def test_a_hundred_thousand_that_never_go_on_leave_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_NEW", 1_000_000)
    kept = Conversations(b"abcd")
    for number in range(100_000):
        kept.begin(asks(*router(number % 50)), TUNNEL, number / 1000)
        assert len(kept) <= module.MOST
    kept.find(asks(), 1e6)
    assert len(kept) == 0
    assert not kept._ages
    assert not kept._of
