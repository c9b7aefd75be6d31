"""RADIUS over TLS with real sockets: who may speak, what ends a connection, and that nobody holds up another."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from radius import streams
from radius.sockets import Datagram
from radius.stream import MOST_UNSENT, Stream
from tenants.certificates import Signed
from tests.radius import vectors as v
from tests.radius.fakes import World
from tests.radius.running import ADDRESS, until
from tests.radius.tls import (
    NAS,
    SEAL,
    Router,
    Running,
    account,
    authority,
    client,
    login,
    own,
    running,
    status,
)

Open = Callable[..., Router]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def up(world: World) -> Iterator[Running]:
    with running(world) as server:
        yield server


@pytest.fixture
def connect(up: Running, tmp_path: Path) -> Iterator[Open]:
    opened: list[Router] = []

    def one(holds: Signed | None = None) -> Router:
        opened.append(Router(up.port, tmp_path, holds or client()))
        return opened[-1]

    yield one
    for each in opened:
        each.close()


def serves(router: Router) -> bool:
    question, authenticator = login(250)
    reply = router.ask(question)
    return reply.code == 2 and reply.identifier == 250 and SEAL.vouches_for_reply(reply, authenticator)


def test_logins_records_and_watchdog_on_one_connection(connect: Open, world: World, up: Running) -> None:
    router = connect()
    assert serves(router)
    assert world.attempts[0][0].nas == replace(NAS, address=ADDRESS)
    reply = router.ask(account(2))
    assert (reply.code, reply.identifier) == (5, 2)
    assert (world.records[0].schema, world.records[0].router_id) == (NAS.schema, NAS.router_id)
    assert world.records[0].nas_address == ADDRESS
    question, authenticator = status(3)
    reply = router.ask(question)
    assert reply.code == 2
    assert SEAL.vouches_for_reply(reply, authenticator)
    assert up.counts["opened"] == 1
    assert router.wire.version() in {"TLSv1.2", "TLSv1.3"}


def test_a_reject_leaves_late_and_holds_up_nobody(connect: Open) -> None:
    router = connect()
    router.wire.sendall(login(1, password=b"wrong")[0])
    assert serves(router)
    reply = router.hear()
    assert (reply.code, reply.identifier) == (3, 1)


@pytest.mark.parametrize(
    ("holds", "why"),
    [
        (None, "handshake"),
        (lambda: client("one", "somebody else's"), "handshake"),
        (own, "handshake"),  # of our root, but for servers
        (lambda: client("never registered"), "stranger"),
    ],
    ids=["none", "foreign root", "server's own", "of nobody"],
)
def test_who_cannot_prove_to_be_a_router_hears_nothing(
    up: Running, tmp_path: Path, holds: Callable[[], Signed] | None, why: str
) -> None:
    try:
        router = Router(up.port, tmp_path, holds() if holds else None)
    except OSError:  # TLS 1.2 would tell at once, TLS 1.3 with the first octet
        pass
    else:
        try:
            router.wire.sendall(login(1)[0])
        except OSError:
            pass
        assert router.is_ended()
        router.close()
    until(lambda: up.counts[f"ended_{why}"] == 1)
    assert up.world.asked == 0
    assert up.counts["opened"] == 0


def test_old_tls_is_not_spoken(up: Running) -> None:
    hello = bytes.fromhex("160301002f 0100002b 0302" + "11" * 32 + "00 0004c0140035 0100")
    with socket.create_connection((ADDRESS, up.port), 5) as wire:
        wire.sendall(hello)
        assert wire.recv(7)[-2:] == b"\x02\x46", "fatal, protocol version"
        until(lambda: up.counts["ended_handshake"] == 1)


def test_the_certificate_alone_tells_the_isp(connect: Open, up: Running, world: World) -> None:
    up.known[client("two").fingerprint] = replace(NAS, schema="isp_other", router_id=9)
    one, two = connect(), connect(client("two"))
    assert serves(two)
    assert serves(one)
    assert [(each.nas.schema, each.nas.router_id) for each, _ in world.attempts] == [
        ("isp_other", 9),
        (NAS.schema, NAS.router_id),
    ]


def test_a_revoked_certificate_ends_its_connection_and_opens_none(
    connect: Open, up: Running, tmp_path: Path
) -> None:
    idle, busy = connect(), connect()
    assert serves(idle)
    assert serves(busy)
    up.known.clear()
    busy.wire.sendall(login(1)[0])
    assert busy.is_ended()
    assert idle.is_ended()
    assert up.world.asked == 2
    assert connect().is_ended()
    assert up.counts["ended_revoked"] == 2
    assert up.counts["ended_stranger"] == 1


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x01\x01\x00\x13" + bytes(15),
        b"\x01\x01\x10\x01" + bytes(4093),
        b"\x01\x01\x00\x16" + bytes(16) + b"\x01\x01",
        SEAL.access_request(1, 1, v.RA, v.attribute(1, b"nemo"))[:-3] + b"xxx",
        v.access(v.pap(b"nemo", b"arctangent"), 1),
        v.accounting(v.whole(40, 1), 1),
    ],
    ids=["http", "short", "long", "attribute", "changed", "other secret", "other secret, record"],
)
def test_a_malformed_stream_ends_the_connection(connect: Open, up: Running, garbage: bytes) -> None:
    router = connect()
    router.wire.sendall(garbage)
    assert router.is_ended()
    until(lambda: up.counts["ended_malformed"] == 1)
    assert up.world.asked == 0
    assert serves(connect())


def test_noise_instead_of_tls_ends_the_connection(up: Running) -> None:
    with socket.create_connection((ADDRESS, up.port), 5) as wire:
        wire.sendall(b"\0" * 100)
        until(lambda: up.counts["ended_handshake"] == 1)


def test_an_unknown_code_is_ignored(connect: Open, up: Running) -> None:
    router = connect()
    router.wire.sendall(v.build(43, 1, b""))
    assert serves(router)
    assert up.counts["drop_code"] == 1


def test_a_fault_in_one_connection_ends_nobody_elses(
    connect: Open, up: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = connect(), connect()
    assert serves(one)
    assert serves(other)
    read = Stream.read

    def faulty(stream: Stream, now: float) -> list[bytes]:
        packets = read(stream, now)
        if any(each[0] == 99 for each in packets):
            raise RuntimeError
        return packets

    monkeypatch.setattr(Stream, "read", faulty)
    one.wire.sendall(v.build(99, 1, b""))
    assert one.is_ended()
    assert serves(other)
    assert up.counts["ended_fault"] == 1


def test_a_packet_may_come_octet_by_octet(connect: Open) -> None:
    router = connect()
    question, authenticator = login(9)
    for octet in question:
        router.wire.sendall(bytes((octet,)))
    assert SEAL.vouches_for_reply(router.hear(), authenticator)


def test_slow_silent_and_half_open_clients_are_ended(
    connect: Open, up: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PACKET", 0.2)
    monkeypatch.setattr(streams, "HANDSHAKE", 0.2)
    slow = connect()
    slow.wire.sendall(login(1)[0][:30])
    silent = socket.create_connection((ADDRESS, up.port), 5)
    assert slow.is_ended()
    until(lambda: up.counts["ended_handshake"] == 1)
    silent.close()
    assert up.counts["ended_slow"] == 1
    assert serves(fresh := connect())
    monkeypatch.setattr(streams, "IDLE", 0.2)
    assert fresh.is_ended()
    assert up.counts["ended_idle"] == 1


def test_a_client_that_takes_no_replies_is_read_no_more_and_then_ended(
    connect: Open, up: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "STUCK", 1.0)
    deaf, other = Router(up.port, tmp_path, client(), room=4096), connect()
    deaf.wire.settimeout(20)
    questions, most = b"".join(login(each % 256)[0] for each in range(1000)), 0
    with pytest.raises(OSError):  # however the system words it
        while True:
            deaf.wire.sendall(questions)
            unsent = [each.unsent for each in list(up.streams._streams.values())]
            most = max(most, *unsent, 0)
    assert 0 < most <= MOST_UNSENT
    assert serves(other)
    assert up.counts["ended_slow"] == 1
    deaf.close()


def test_a_thousand_packets_in_one_breath_are_all_answered(connect: Open, up: Running) -> None:
    router = connect()
    asked = [login(each % 256) for each in range(1000)]
    router.wire.sendall(b"".join(question for question, _ in asked))
    for number, (_, authenticator) in enumerate(asked):
        reply = router.hear()
        assert reply.code == 2, number
        assert SEAL.vouches_for_reply(reply, authenticator), number
    assert up.counts["accept"] == 1000


def test_a_thousand_records_in_one_breath_are_all_kept(connect: Open, world: World) -> None:
    router = connect()
    router.wire.sendall(b"".join(account(each % 256, b"%06x" % each) for each in range(1000)))
    assert [router.hear().code for _ in range(1000)] == [5] * 1000
    assert len({each.session_id for each in world.records}) == 1000


def test_records_are_answered_only_when_they_are_durable(connect: Open, world: World) -> None:
    world.durable = None
    router = connect()
    router.wire.sendall(account(7))
    assert serves(router), "the login is answered, the record not yet"
    world.settle(True)
    assert router.hear().identifier == 7


def test_the_answer_of_a_connection_that_ended_goes_to_no_other(
    connect: Open, world: World, up: Running
) -> None:
    world.durable = None
    lost = connect()
    lost.wire.sendall(account(7))
    until(lambda: len(world.records) == 1)
    lost.close()
    until(lambda: up.counts["ended_by_peer"] + up.counts["ended_broken"] == 1)
    router = connect()
    router.wire.sendall(account(7))
    until(lambda: len(world.records) == 2)
    world.settle(True)
    assert router.hear().identifier == 7
    assert up.counts["unsent"] == 1
    assert up.counts["resent"] == 0


def test_a_router_that_comes_again_pushes_out_its_oldest_connection(connect: Open, up: Running) -> None:
    opened = [connect() for _ in range(streams.MOST_EACH)]
    assert all(serves(each) for each in opened)
    fifth = connect()
    assert serves(fifth)
    assert opened[0].is_ended()
    assert all(serves(each) for each in opened[1:])
    assert up.counts["ended_replaced"] == 1


def test_one_turn_takes_no_more_than_a_batch_and_nobody_is_left_out(
    connect: Open, up: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    routers = [connect() for _ in range(streams.MOST_EACH)]
    assert all(serves(each) for each in routers)
    taken: list[int] = []
    may, receive = threading.Event(), up.streams.receive

    def counted(most: int, now: float) -> list[Datagram]:
        may.wait(5)
        batch = receive(50, now)
        taken.append(len(batch))
        return batch

    monkeypatch.setattr(up.streams, "receive", counted)
    for router in routers:
        router.wire.sendall(b"".join(map(account, range(100))))
    may.set()
    for router in routers:
        assert {router.hear().identifier for _ in range(100)} == set(range(100))
    assert (max(taken), sum(taken)) == (100, 400)


def test_connections_that_prove_nothing_are_few_for_one_address(connect: Open, up: Running) -> None:
    waiting = [socket.create_connection((ADDRESS, up.port), 5) for _ in range(streams.MOST_UNSHAKEN_EACH + 3)]
    until(lambda: up.counts["refused"] == 3)
    assert len(up.streams) == streams.MOST_UNSHAKEN_EACH
    for each in waiting:
        each.close()
    until(lambda: len(up.streams) == 0)
    assert serves(connect())


def test_nothing_is_left_of_a_connection_that_ended(connect: Open, up: Running) -> None:
    router = connect()
    assert serves(router)
    router.ask(status(1)[0])
    assert len(up.server.engine._shelves) == 1
    router.close()
    until(lambda: len(up.streams) == 0)
    engine = up.server.engine
    until(lambda: not engine._shelves and not engine._status)
    assert len(engine) == 0


def test_draining_answers_what_is_pending(world: World, tmp_path: Path) -> None:
    world.durable = None
    with running(world) as up:
        router = Router(up.port, tmp_path, client())
        router.wire.sendall(account(7))
        until(lambda: len(world.records) == 1)
        up.server.stop()
        world.settle(True)
        assert router.hear().identifier == 7
        assert router.is_ended()
        router.close()


def test_the_server_proves_itself_too(up: Running, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        Router(up.port, tmp_path, client(), authority("somebody else's").certificate)
