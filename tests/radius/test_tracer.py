"""Which packets are followed, and that nothing is done while nobody follows."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import pytest

from radius.tracer import MOST, Seen, Tracer, Watch, key
from tests.radius import vectors as v
from tests.radius.fakes import ROUTER, World
from tests.radius.running import Running, running, until

LATER = 4e9


@pytest.fixture
def up() -> Iterator[Running]:
    with running(World()) as server:
        yield server


def follow(up: Running, *watches: Watch) -> deque[Seen]:
    seen: deque[Seen] = deque()
    up.server.tracer = Tracer(watches, seen)
    return seen


def watch(
    subject: str = "nemo", router_id: int | None = None, until: float = LATER, number: int = 1
) -> Watch:
    return Watch(ROUTER.schema, number, subject, router_id, until)


def told(seen: deque[Seen]) -> list[tuple[str, int, str]]:
    return [(each.direction, each.octets[0] if each.octets else 0, each.outcome) for each in seen]


def test_off_is_none(up: Running) -> None:
    assert up.server.tracer is None


def test_a_login_and_its_answer_and_the_same_again(up: Running) -> None:
    seen = follow(up, watch())
    reply = up.ask(v.G1)
    up.ask(v.G1)
    until(lambda: len(seen) == 4)
    assert told(seen) == [
        ("in", 1, ""),
        ("out", 2, ""),
        ("in", 1, "asked again"),
        ("out", 2, "the same answer again"),
    ]
    assert (seen[0].octets, seen[1].octets, seen[3].octets) == (v.G1, reply, reply)
    assert seen[0].peer == "{}:{}".format(*up.router.getsockname())
    assert seen[0].at <= seen[1].at


def test_others_are_not_followed(up: Running) -> None:
    seen = follow(up, watch("somebody"), Watch("isp_other", 2, "nemo", None, LATER), watch(until=1.0))
    up.ask(v.G1)
    up.ask(v.G4, up.acct)
    assert not seen


def test_a_reject_says_why_and_when_it_leaves(up: Running) -> None:
    seen = follow(up, watch())
    assert up.ask(v.access(v.pap(b"nemo", b"wrong")))[0] == 3
    assert seen[1].outcome.startswith("wrong_password, leaves after 1.")


def test_a_device_in_any_spelling_in_accounting_too(up: Running) -> None:
    seen = follow(up, watch(key("aabb.ccdd.eeff".replace(".", ""))))
    body = v.whole(40, 3) + v.attribute(44, b"81") + v.attribute(31, b"AA-BB-CC-DD-EE-FF")
    up.ask(v.accounting(body), up.acct)
    until(lambda: len(seen) == 2)
    assert told(seen) == [("in", 4, ""), ("out", 5, "")]


def test_a_wrong_signature_is_followed_by_what_it_claims_to_be(up: Running) -> None:
    seen = follow(up, watch())
    assert up.is_silent(v.G1[:-1] + b"\x04", counter="drop_wrong_message_authenticator")
    assert told(seen) == [("in", 1, "dropped: wrong_message_authenticator")]


def test_all_of_a_router_even_what_is_no_radius(up: Running) -> None:
    seen = follow(up, watch("", router_id=ROUTER.router_id), watch("", router_id=99, number=2))
    assert up.is_silent(b"\1\2\3", counter="drop_malformed_short")
    until(lambda: len(seen) == 3)  # and the Status-Server that `is_silent` sends
    assert told(seen) == [("in", 1, "dropped: malformed_short"), ("in", 12, ""), ("out", 2, "")]


def test_no_answer_is_told_too() -> None:
    world = World(full=True)
    with running(world) as up:
        seen = follow(up, watch())
        assert up.is_silent(v.G4, up.acct, counter="store_full")
        assert told(seen) == [("in", 4, ""), ("out", 0, "not answered: store_full")]
        world.down = True
        assert up.is_silent(v.G1, counter="facts_unavailable")
        assert told(seen)[2:] == [("in", 1, ""), ("out", 0, "not answered: facts_unavailable")]


def test_a_trace_is_bounded(up: Running) -> None:
    seen = follow(up, watch(), watch("", router_id=ROUTER.router_id, number=2))
    for number in range(MOST):
        up.ask(v.accounting(v.whole(40, 3) + v.attribute(1, b"nemo"), number % 256), up.acct)
    until(lambda: len(seen) == 2 * MOST)
    assert sum(each.watch.trace_id == 1 for each in seen) == MOST


def test_codes_are_followed_as_they_are_typed() -> None:
    assert key("aa:bb:cc:dd:ee:ff") == "AA:BB:CC:DD:EE:FF"
    assert key("Jane.Doe") == "Jane.Doe"
