"""Requests of many routers, by a window and at a rate: each is answered once, and what is lost is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench import load, steady
from tests.radius.fakes import ROUTER, World, facts
from tests.radius.running import ADDRESS, running
from tests.radius.vectors import SECRET

ROUTERS = [steady.Router(f"127.0.0.{1 + number}", b"%s-%d" % (SECRET, number), 2) for number in range(5)]


@pytest.fixture
def world() -> World:
    routers = {each.source: replace(ROUTER, address=each.source, secret=each.secret) for each in ROUTERS}
    return World(routers=routers, people={b"code": facts(secret=b"code")})


def orders(port: int, count: int, secret: bytes | None = None) -> list[steady.Order]:
    return [
        steady.Order(
            at % 5,
            (ADDRESS, port),
            lambda identifier, at=at: load.access_request(
                secret or ROUTERS[at % 5].secret, identifier, b"code", b"AA:BB:CC:DD:EE:FF", b"%x" % at
            ),
            2,
        )
        for at in range(count)
    ]


@pytest.mark.parametrize("rate", [0.0, 5000.0])
def test_every_request_is_answered_once(world: World, rate: float) -> None:
    with running(world) as server:
        outcome = steady.run(ROUTERS, orders(server.auth, 700), rate=rate)
    assert (outcome.answered, outcome.wrong, outcome.lost) == (700, 0, 0)
    assert len(world.attempts) == 700
    if rate:
        assert outcome.per_second <= rate * 1.01


def test_what_is_not_answered_counts_as_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steady, "GIVEN_UP", 1.5)  # longer than a busy machine holds up a right answer
    with running(world) as server:
        mixed = orders(server.auth, 20) + orders(server.auth, 5, b"another secret")
        outcome = steady.run(ROUTERS, mixed)
    assert (outcome.answered, outcome.wrong, outcome.lost) == (20, 0, 5)
    assert outcome.p99_ms == pytest.approx(1500.0)


def test_a_reject_is_a_wrong_answer(world: World) -> None:
    world.people[b"code"] = facts(secret=b"other")
    with running(world) as server:
        assert steady.run(ROUTERS, orders(server.auth, 10)).wrong == 10
