"""The server over real UDP sockets, with a world in memory behind it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace

import pytest

from radius import token
from radius.events import Accept, Nas, Port, Reject
from radius.packet import parse
from radius.seal import Seal
from radius.server import STALE, Server
from radius.tracer import Tracer
from tests.radius import vectors as v
from tests.radius.fakes import ROUTER, World, facts
from tests.radius.running import ADDRESS, Running, running, until


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def up(world: World) -> Iterator[Running]:
    with running(world) as server:
        yield server


def test_pap_and_chap_are_accepted_with_the_seal_first(up: Running, world: World) -> None:
    for request in (v.G1, v.G9):
        reply = up.ask(request)
        assert (reply[0], reply[1], reply[20]) == (2, request[1], 0x50)
        assert v.is_genuine(reply, v.RA)
    assert v.vendor(14988, 8, b"5M/10M") in reply
    until(lambda: len(world.attempts) == 2)
    assert [type(verdict) for _, verdict in world.attempts] == [Accept, Accept]
    assert world.attempts[0][1].trace


def test_a_retransmission_gets_the_same_octets_and_is_judged_once(up: Running, world: World) -> None:
    first = up.ask(v.G1)
    assert [up.ask(v.G1), up.ask(v.G1)] == [first, first]
    assert world.asked == 1
    other = v.access(v.pap(b"nemo", b"arctangent", bytes(16)), v.G1[1], bytes(16))
    assert v.is_genuine(up.ask(other), bytes(16))
    assert world.asked == 2


def test_a_reject_explains_itself_late(up: Running, world: World) -> None:
    asked = time.monotonic()
    reply = up.ask(v.access(v.pap(b"nemo", b"wrong")))
    assert 1.0 <= time.monotonic() - asked <= 1.35
    assert reply[0] == 3
    assert v.is_genuine(reply, v.RA)
    message = dict(v.attributes_of(reply))[18].decode()
    assert message.startswith("Wrong password.")
    assert "arctangent" not in message
    until(lambda: len(world.attempts) == 1)
    assert isinstance(world.attempts[0][1], Reject)


def test_held_rejects_block_nobody(up: Running) -> None:
    routers = [up.another() for _ in range(100)]
    asked = time.monotonic()
    for number, router in enumerate(routers):
        router.sendto(v.access(v.pap(b"nemo", b"wrong"), number), (ADDRESS, up.auth))
    slowest = 0.0
    for number in range(100):
        began = time.monotonic()
        accepted = up.ask(v.access(v.pap(b"nemo", b"arctangent"), number))
        slowest = max(slowest, time.monotonic() - began)
        assert accepted[0] == 2
    assert slowest < 0.5
    assert time.monotonic() - asked < 1.0, "the accepts were to pass the rejects"
    for router in routers:
        assert router.recv(4096)[0] == 3
        router.close()
    assert 1.0 <= time.monotonic() - asked <= 1.6


def test_accounting_is_answered_only_when_it_is_durable(world: World) -> None:
    world.durable = None
    with running(world) as up:
        up.router.sendto(v.G4, (ADDRESS, up.acct))
        until(lambda: len(world.waiting) == 1)
        assert up.is_silent(v.G4, up.acct, "drop_in_progress")
        world.settle(True)
        assert up.router.recv(4096) == v.G4R
        assert up.ask(v.G4, up.acct) == v.G4R
        assert len(world.records) == 1


def test_what_could_not_be_kept_is_not_answered_and_asked_anew(world: World) -> None:
    world.durable = False
    with running(world) as up:
        assert up.is_silent(v.G4, up.acct, "not_durable")
        world.durable, world.full = True, True
        assert up.is_silent(v.G4, up.acct, "store_full")
        world.full = False
        assert up.ask(v.G4, up.acct) == v.G4R


def test_without_the_truth_there_is_no_answer(up: Running, world: World) -> None:
    world.down = True
    assert up.is_silent(v.G1, counter="facts_unavailable")
    world.down = False
    assert up.ask(v.G1)[0] == 2


def test_the_clock_of_a_voucher_starts_before_the_first_accept_leaves(world: World) -> None:
    world.durable = None
    world.people[b"K7QM-2XWP-9D"] = facts(
        label="K7QM2XWP9D", kind="voucher", secret=None, starts_from_first_use=True, validity_seconds=3600
    )
    request = v.access(v.pap(b"K7QM-2XWP-9D", b"k7qm2xwp9d"))
    with running(world) as up:
        up.router.sendto(request, (ADDRESS, up.auth))
        until(lambda: world.clocks == [5])
        assert world.attempts == []
        world.settle(True)
        reply = up.router.recv(4096)
        assert reply[0] == 2
        assert v.whole(27, 3600) in reply
        until(lambda: len(world.attempts) == 1)


def test_strangers_and_the_wrong_door(up: Running, world: World) -> None:
    stranger = up.another("127.0.0.9")
    stranger.sendto(v.G1, (ADDRESS, up.auth))
    until(lambda: up.server.counts["stranger"] == 1)
    stranger.close()
    assert up.is_silent(v.G1, up.acct, "drop_code")
    assert up.is_silent(v.G4, up.auth, "drop_code")
    assert up.is_silent(v.H4, counter="drop_malformed_attribute_length")
    assert up.is_silent(bytes(4097), counter="drop_malformed_oversize")
    assert up.is_silent(v.H6B, counter="drop_wrong_message_authenticator")
    assert world.raised_codes == ["wrong_message_authenticator"]
    assert up.is_silent(v.H6B, counter="drop_wrong_message_authenticator")
    assert world.raised_codes == ["wrong_message_authenticator"], "alarms are given once a minute"
    assert world.asked == 0


def test_a_request_of_4096_octets_is_answered(up: Running) -> None:
    body = v.pap(b"nemo", b"arctangent")
    room = 4096 - len(v.access(body))
    while room:
        size = min(room, 255) if room - min(room, 255) != 1 else 254
        body, room = body + v.attribute(200, bytes(size - 2)), room - size
    request = v.access(body)
    assert len(request) == 4096
    assert up.ask(request)[0] == 2


def test_status_server_on_both_ports(up: Running, world: World) -> None:
    assert up.ask(v.G8) == v.G8R
    assert up.ask(v.G8, up.acct)[0] == 5
    assert (world.asked, world.records, world.attempts) == (0, [], [])


def test_the_reply_leaves_from_the_address_that_was_asked(world: World) -> None:
    with running(world, "0.0.0.0") as up:
        for address in ("127.0.0.1", "127.0.0.2"):
            up.router.sendto(v.G8, (address, up.auth))
            reply, source = up.router.recvfrom(4096)
            assert (reply, source) == (v.G8R, (address, up.auth))


def test_tenants_are_told_apart_by_source_address_alone(world: World) -> None:
    world.routers["127.0.0.3"] = Nas("isp_other", 9, "127.0.0.3", b"another secret entirely")
    with running(world) as up:
        neighbour = up.another("127.0.0.3")
        neighbour.sendto(v.G4, (ADDRESS, up.acct))
        until(lambda: up.server.counts["drop_wrong_authenticator"] == 1)
        body = v.whole(40, 1) + v.attribute(44, b"81a00001") + v.attribute(1, b"nemo")
        reply = up.ask(v.accounting(body, secret=b"another secret entirely"), up.acct, neighbour)
        assert reply[0] == 5
        neighbour.close()
    assert [(each.schema, each.router_id) for each in world.records] == [("isp_other", 9)]


def test_suspicious_records_are_kept_and_told(up: Running, world: World) -> None:
    on = [
        v.accounting(v.whole(40, 7) + v.attribute(32, b"r") + v.whole(41, number), number)
        for number in range(3)
    ]
    assert [up.ask(each, up.acct)[0] for each in on] == [5, 5, 5]
    foreign = v.whole(40, 2) + v.attribute(44, b"81") + v.attribute(25, token.issue("isp_other", 5))
    assert up.ask(v.accounting(foreign, 9), up.acct)[0] == 5
    assert world.raised_codes == ["restart_flood", "foreign_token"]
    assert len(world.records) == 4


def test_two_user_names_are_refused_and_told(up: Running, world: World) -> None:
    assert up.ask(v.access(v.pap(b"nemo", b"arctangent") + v.attribute(1, b"dory")))[0] == 3
    assert world.raised_codes == ["duplicate_attributes"]


def test_what_waited_too_long_is_not_judged(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STALE, Port.AUTH, 0.05)
    late = threading.Event()
    with running(
        world, prepare=lambda each: (each.router.sendto(v.G1, (ADDRESS, each.auth)), late.wait(0.1))
    ) as up:
        until(lambda: up.server.counts["stale"] == 1)
        assert world.asked == 0
        assert up.ask(v.G9)[0] == 2


def test_draining_answers_what_is_pending(world: World) -> None:
    world.durable = None
    up = Running(world)
    up.router.sendto(v.G4, (ADDRESS, up.acct))
    until(lambda: len(world.waiting) == 1)
    up.router.sendto(v.access(v.pap(b"nemo", b"wrong")), (ADDRESS, up.auth))
    until(lambda: up.server.counts["reject"] == 1)
    up.server.stop()
    assert up.router.recv(4096)[0] == 3
    assert up.router.recv(4096) == v.G4R
    up.close()
    assert world.closed


def test_a_fault_in_one_datagram_ends_nobody_elses_service(up: Running, world: World) -> None:
    def explode(schema: str, username: bytes) -> None:
        raise RuntimeError("boom")

    world.of = explode  # type: ignore[method-assign]  # a collaborator with a bug
    assert up.is_silent(v.G1, counter="fault")
    del world.of
    assert up.ask(v.G1)[0] == 2


def test_while_a_secret_rotates_each_is_answered_with_the_one_that_it_used(world: World) -> None:
    new = b"the-new-secret-of-26-chars"
    world.routers = {ADDRESS: replace(ROUTER, secret=new, previous_secret=v.SECRET)}
    with running(world) as up:
        reply = up.ask(v.access(v.pap(b"nemo", b"arctangent"), 3))
        assert reply[0] == 2
        assert v.is_genuine(reply, v.RA)
        seal = Seal(new)
        body = v.attribute(1, b"nemo") + v.attribute(2, seal.hide(b"arctangent", v.RA))
        reply = up.ask(seal.access_request(1, 4, v.RA, body))
        assert reply[0] == 2
        assert seal.vouches_for_reply(parse(reply), v.RA)
        assert up.ask(v.accounting(v.whole(40, 7), 5), up.acct)[0] == 5
        assert up.ask(seal.request(4, 6, v.whole(40, 7)), up.acct)[0] == 5
    assert world.mismatches == []


def test_a_secret_that_is_not_ours_is_counted_and_not_answered(up: Running, world: World) -> None:
    other = Seal(b"another-secret")
    body = v.attribute(1, b"nemo") + v.attribute(2, other.hide(b"arctangent", v.RA))
    wrong = other.access_request(1, 9, v.RA, body)
    assert up.is_silent(wrong, counter="drop_wrong_message_authenticator")
    assert up.is_silent(other.request(4, 9, v.whole(40, 7)), up.acct, "drop_wrong_authenticator")
    assert world.mismatches == [1, 1]


def test_a_fault_after_a_durable_write_ends_nothing(
    up: Running, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("this attempt cannot be kept")

    world.people[b"nemo"] = facts(starts_from_first_use=True)
    monkeypatch.setattr(world, "attempt", broken)
    assert up.ask(v.G1)[0] == 2
    until(lambda: up.server.counts["fault"] == 1)
    assert up.ask(v.accounting(v.whole(40, 3), 7), up.acct)[0] == 5


def test_a_trace_may_end_while_a_packet_is_dealt_with(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[Tracer | None] = []

    def look(_: Server) -> Tracer | None:  # there at every other look
        looks.append(None if looks and looks[-1] else Tracer((), deque()))
        return looks[-1]

    monkeypatch.setattr(Server, "tracer", property(look, lambda *_: None), raising=False)
    with running(world) as up:
        assert up.ask(v.G1)[0] == 2
        assert up.ask(v.accounting(v.whole(40, 3)), up.acct)[0] == 5
        assert up.server.counts["fault"] == 0
    assert len(looks) >= 4
