"""The load tool against a real server: it counts what is right, and notices what is not."""

from __future__ import annotations

import pytest

from bench import load
from kmikro.lib import mschap
from tests.radius.fakes import World, facts
from tests.radius.running import ADDRESS, Running, running
from tests.radius.vectors import SECRET

NT = mschap.nt_hash(b"arctangent") or b""
MAC = b"AA:BB:CC:DD:EE:FF"


def mschap_part(server: Running, nt: bytes = NT, good: int = 2) -> load.Part:
    return load.Part(
        (ADDRESS, server.auth),
        40,
        lambda number, identifier: load.mschap_request(
            SECRET, identifier, b"nemo", nt, MAC, b"8%06x" % number
        ),
        frozenset({good}),
        lambda request, reply: load.mschap_proven(request, reply, NT),
    )


def pap_part(server: Running) -> load.Part:
    return load.Part(
        (ADDRESS, server.auth),
        40,
        lambda number, identifier: load.access_request(SECRET, identifier, b"code", MAC, b"8%06x" % number),
        frozenset({2}),
    )


def record_part(server: Running) -> load.Part:
    return load.Part(
        (ADDRESS, server.acct),
        40,
        lambda number, identifier: load.accounting_request(
            SECRET, identifier, b"nemo", MAC, b"8%06x" % number, 9
        ),
        frozenset({5}),
    )


@pytest.fixture
def world() -> World:
    return World(people={b"nemo": facts(), b"code": facts(secret=b"code")})


def test_right_answers_of_all_kinds_are_counted(world: World) -> None:
    with running(world) as server:
        outcome = load.run(ADDRESS, SECRET, pap_part(server), mschap_part(server), record_part(server))
    assert (outcome.answered, outcome.wrong) == (120, 0)
    assert len(world.records) == 40


def test_an_accept_where_a_reject_is_right_is_wrong(world: World) -> None:
    with running(world) as server:
        assert load.run(ADDRESS, SECRET, mschap_part(server, good=3)).wrong == 40


def test_an_accept_that_proves_nothing_is_wrong(world: World) -> None:
    """The server knows another password than the load tool believes."""
    other = mschap.nt_hash(b"other") or b""
    world.people[b"nemo"] = facts(nt_hash=other)
    with running(world) as server:
        assert load.run(ADDRESS, SECRET, mschap_part(server, nt=other)).wrong == 40


def test_a_reply_signed_with_another_secret_is_not_verified() -> None:
    request = load.access_request(SECRET, 1, b"code", MAC, b"1")
    assert not load.verified(b"\2\1\0\x14" + bytes(16), request, SECRET)
