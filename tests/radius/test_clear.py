"""RADIUS/1.1 by the rules of RFC 9765, over real TLS and with Python's client."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kmikro.lib import mschap
from radius import clear
from radius.events import AccessRequest, Ask, Drop, Port
from radius.packet import Packet
from tests.radius import vectors as v
from tests.radius.fakes import ROUTER, World, facts
from tests.radius.running import until
from tests.radius.tls import Router, Running, account, client, login, running, status

NAS_ID = v.attribute(32, b"gate")
PAP = v.attribute(1, b"nemo") + v.attribute(2, b"arctangent") + NAS_ID
Open = Callable[..., Router]


def packet(code: int, token: int, body: bytes, reserved: bytes = bytes(12), spare: int = 0) -> bytes:
    head = bytes((code, spare)) + (20 + len(body)).to_bytes(2, "big")
    return head + token.to_bytes(4, "big") + reserved + body


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

    def new(*alpn: str, newest: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED) -> Router:
        opened.append(Router(up.port, tmp_path, client(), alpn=alpn or ("radius/1.1",), newest=newest))
        return opened[-1]

    yield new
    for each in opened:
        each.close()


def answers(reply: Packet, code: int, token: int) -> bool:
    head = bytes((code, 0)) + len(reply.octets).to_bytes(2, "big") + token.to_bytes(4, "big") + bytes(12)
    return reply.octets[:20] == head and all(kind != 80 for kind, _ in reply.attributes)


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (("radius/1.1",), "radius/1.1"),
        (("radius/1.0", "radius/1.1"), "radius/1.1"),
        (("radius/1.0",), "radius/1.0"),
        (("http/1.1",), None),
    ],
)
def test_the_version_is_agreed_by_alpn(connect: Open, offered: tuple[str, ...], chosen: str | None) -> None:
    router = connect(*offered)
    assert router.wire.selected_alpn_protocol() == chosen
    if chosen == "radius/1.1":
        assert answers(router.ask(packet(1, 7, PAP)), 2, 7)
    else:
        assert router.ask(login(7)[0]).identifier == 7


def test_who_asks_for_no_version_gets_what_there_was(up: Running, tmp_path: Path) -> None:
    router = Router(up.port, tmp_path, client())
    assert router.wire.selected_alpn_protocol() is None
    assert (router.ask(login(7)[0]).code, router.ask(account(8)).code, router.ask(status(9)[0]).code) == (
        2,
        5,
        2,
    )
    router.close()


def test_it_wants_tls_1_3(connect: Open, up: Running) -> None:
    assert connect(newest=ssl.TLSVersion.TLSv1_2).is_ended()
    until(lambda: up.counts["ended_old_tls"] == 1)


def test_a_login_by_pap_with_the_password_as_it_is(connect: Open, world: World) -> None:
    reply = connect().ask(packet(1, 0xFFFF_FFFE, PAP + v.attribute(33, b"state")))
    assert answers(reply, 2, 0xFFFF_FFFE)
    assert v.vendor(14988, 8, b"5M/10M") in reply.octets
    assert reply.attributes[-1] == (33, b"state")
    request, _ = world.attempts[0]
    assert request.password == b"arctangent"


def test_a_wrong_password_is_refused_with_its_token(connect: Open) -> None:
    body = v.attribute(1, b"nemo") + v.attribute(2, b"arctangent\0") + NAS_ID
    assert answers(connect().ask(packet(1, 5, body)), 3, 5)


def test_reserved_octets_and_a_message_authenticator_mean_nothing(connect: Open, world: World) -> None:
    junk = v.attribute(80, b"short") + PAP + v.attribute(80, bytes(16))
    reply = connect().ask(packet(1, 3, junk, reserved=b"\xff" * 12, spare=77))
    assert answers(reply, 2, 3)
    assert world.asked == 1


def test_chap_brings_its_challenge(connect: Open) -> None:
    challenge = b"0123456789abcdef"
    response = hashlib.md5(b"\x16arctangent" + challenge).digest()
    body = v.attribute(1, b"nemo") + v.attribute(3, b"\x16" + response) + NAS_ID
    router = connect()
    assert answers(router.ask(packet(1, 1, body + v.attribute(60, challenge))), 2, 1)
    no_challenge = hashlib.md5(b"\x16arctangent" + (2).to_bytes(4, "big") + bytes(12)).digest()
    body = v.attribute(1, b"nemo") + v.attribute(3, b"\x16" + no_challenge) + NAS_ID
    assert answers(router.ask(packet(1, 2, body)), 3, 2)


def test_keys_of_ms_chap_v2_are_not_hidden(connect: Open, world: World) -> None:
    world.people[b"User"] = facts(secret=b"clientPass", nt_hash=mschap.nt_hash(b"clientPass"))
    body = v.G10[38:] + v.whole(6, 2) + NAS_ID
    reply = connect().ask(packet(1, 42, body))
    assert answers(reply, 2, 42)
    assert v.vendor(311, 26, b"\x01S=407A5589115FD0D6209F510FE9C04566932CDA56") in reply.octets
    assert v.vendor(311, 16, bytes.fromhex("8b7cdc149b993a1ba118cb153f56dccb")) in reply.octets
    assert v.vendor(311, 17, bytes.fromhex("d5f0e9521e3ea9589645e86051c82226")) in reply.octets


def test_accounting_and_status_on_the_same_connection(connect: Open, world: World) -> None:
    router = connect()
    body = v.whole(40, 1) + v.attribute(44, b"81") + v.attribute(1, b"nemo")
    assert answers(router.ask(packet(4, 11, body)), 5, 11)
    assert answers(router.ask(packet(12, 12, b"")), 2, 12)
    assert [each.session_id for each in world.records] == ["81"]


def test_the_token_alone_tells_questions_apart(connect: Open, up: Running, world: World) -> None:
    router = connect()
    world.durable = None
    for token in range(400):  # more than an Identifier could tell apart, all of them open
        body = v.whole(40, 3) + v.attribute(44, b"81%06x" % token) + v.attribute(1, b"nemo")
        router.wire.sendall(packet(4, token << 16, body))
    until(lambda: len(world.waiting) == 400)
    world.settle(True)
    heard = [router.hear() for _ in range(400)]
    assert {int.from_bytes(each.octets[4:8], "big") for each in heard} == {each << 16 for each in range(400)}


def test_a_token_used_again_is_another_question(connect: Open, world: World) -> None:
    router = connect()
    first = router.ask(packet(1, 9, PAP))
    assert router.ask(packet(1, 9, PAP)).octets == first.octets
    assert world.asked == 1
    assert answers(router.ask(packet(1, 9, PAP + v.attribute(44, b"x"))), 2, 9)
    assert world.asked == 2


@pytest.mark.parametrize("garbage", [packet(1, 1, b"\x01\x01"), packet(1, 1, b"\x01\xff12")])
def test_what_is_malformed_ends_the_connection(connect: Open, up: Running, garbage: bytes) -> None:
    router = connect()
    router.wire.sendall(garbage)
    assert router.is_ended()
    until(lambda: up.counts["ended_malformed"] == 1)


def test_passwords_of_no_length_or_too_long_are_none() -> None:
    for password, found in ((b"x" * 128, b"x" * 128), (b"x" * 129, None), (b"", None)):
        body = v.attribute(1, b"nemo") + v.attribute(2, password)
        asked = clear.read(packet(1, 1, body), ROUTER, ("name", 0), Port.AUTH, 0.0)
        assert isinstance(asked, Ask)
        assert isinstance(asked.question, AccessRequest)
        assert asked.question.password == found
    assert clear.read(packet(40, 1, b""), ROUTER, ("name", 0), Port.AUTH, 0.0) == Drop("code")
