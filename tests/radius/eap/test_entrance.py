"""Wi-Fi sign-ins over real sockets: an access point between a device and the server."""

from __future__ import annotations

import hashlib
import os
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC
from typing import Protocol

import pytest

from radius import messages
from radius.events import Accept, Reject
from radius.packet import Packet, parse, vendor_attributes
from radius.seal import Seal
from radius.tracer import Seen, Tracer, Watch
from tests.radius import vectors as v
from tests.radius.eap.device import PEAP, TTLS, Device, eap_attributes, response
from tests.radius.fakes import ROUTER, World, facts
from tests.radius.running import ADDRESS, Running, running, until

WIFI = replace(ROUTER, allow_eap=True)
SEAL = Seal(v.SECRET)
WAYS = [(PEAP, "mschapv2"), (TTLS, "pap"), (TTLS, "mschapv2")]
ACCEPT, REJECT, CHALLENGE = 2, 3, 11
MAC = b"02-00-00-00-00-01"


@pytest.fixture
def world() -> World:
    world = World()
    world.routers[ADDRESS] = WIFI
    return world


@pytest.fixture
def up(world: World) -> Iterator[Running]:
    with running(world) as server:
        yield server


@pytest.fixture
def near() -> Iterator[Near]:
    """Opens access points and closes them."""
    opened: list[AccessPoint] = []

    def one(port: int, *, fresh: bool = False) -> AccessPoint:
        opened.append(AccessPoint(port, fresh=fresh))
        return opened[-1]

    yield one
    for each in opened:
        each.wire.close()


class Near(Protocol):
    def __call__(self, port: int, *, fresh: bool = False) -> AccessPoint: ...


class AccessPoint:
    """Passes EAP on. `fresh` draws a new source port for every request, as RouterOS does."""

    def __init__(self, port: int, *, fresh: bool = False) -> None:
        self.port, self.fresh, self.more = port, fresh, b""
        self.ports: list[int] = []  # where to send in turn, if not to `port`
        self.state = b""
        self.number = 0
        self.authenticator = bytes(16)
        self.wire = self._open()

    def _open(self) -> socket.socket:
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        opened.bind((ADDRESS, 0))
        opened.settimeout(5)
        return opened

    def request(self, eap: bytes, *, state: bytes | None = None) -> bytes:
        self.number = (self.number + 1) % 256
        self.authenticator = os.urandom(16)
        state = self.state if state is None else state
        body = v.attribute(1, b"anonymous") + v.attribute(31, MAC) + v.attribute(32, b"ap") + v.whole(6, 2)
        body += eap_attributes(eap) + (v.attribute(24, state) if state else b"") + self.more
        return SEAL.access_request(1, self.number, self.authenticator, body)

    def send(self, datagram: bytes) -> Packet:
        if self.fresh:
            self.wire.close()
            self.wire = self._open()
        port = self.ports[self.number % len(self.ports)] if self.ports else self.port
        self.wire.sendto(datagram, (ADDRESS, port))
        return self.hear()

    def is_answered(
        self, up: Running, datagram: bytes, counter: str, count: Callable[[], int] | None = None
    ) -> bool:
        """Send it, and wait for an answer or for what counts its refusal."""
        count = count or (lambda: up.server.counts[counter])
        before, challenges = count(), up.server.counts["challenge"]
        self.wire.sendto(datagram, (ADDRESS, up.auth))
        until(lambda: count() > before or up.server.counts["challenge"] > challenges)
        return count() == before

    def hear(self) -> Packet:
        reply = parse(self.wire.recv(4096))
        assert SEAL.vouches_for_reply(reply, self.authenticator)
        assert reply.attributes[0][0] == 80, "the seal comes first"
        self.state = dict(reply.attributes).get(24, b"")
        assert (reply.code == CHALLENGE) is (len(self.state) == 16)
        return reply

    def sign_in(self, device: Device) -> Packet:
        octets = device.identity()
        for _ in range(40):
            reply = self.send(self.request(octets))
            if reply.code != CHALLENGE:
                return reply
            octets = device.answer(eap_of(reply))
        raise AssertionError("it did not end")

    def keys(self, reply: Packet) -> tuple[bytes, bytes]:
        """MS-MPPE-Recv-Key and -Send-Key (RFC 2548, 2.4.2), revealed with nothing but hashlib."""
        found = {}
        for kind, value in reply.attributes:
            for vendor, inner, octets in vendor_attributes(value) if kind == 26 else []:
                if vendor == 311 and inner in (16, 17):
                    salt, hidden, clear = octets[:2], octets[2:], b""
                    last = self.authenticator + salt
                    for at in range(0, len(hidden), 16):
                        mask = hashlib.md5(v.SECRET + last, usedforsecurity=False).digest()
                        clear += bytes(a ^ b for a, b in zip(hidden[at : at + 16], mask, strict=True))
                        last = hidden[at : at + 16]
                    assert salt[0] & 0x80
                    found[inner] = clear[1 : 1 + clear[0]]
        return found[17], found[16]


def eap_of(reply: Packet) -> bytes:
    return b"".join(value for kind, value in reply.attributes if kind == 79)


def text_of(reply: Packet) -> str:
    return dict(reply.attributes)[18].decode()


@pytest.mark.parametrize(("method", "inner"), WAYS)
def test_who_is_right_is_let_in_with_the_key_of_the_link(
    up: Running, near: Near, world: World, method: int, inner: str
) -> None:
    point, device = near(up.auth), Device(method, inner)
    reply = point.sign_in(device)
    assert reply.code == ACCEPT
    assert eap_of(reply)[:1] == b"\x03"
    assert point.keys(reply) == (device.key[:32], device.key[32:])
    assert dict(reply.attributes)[1] == b"nemo", "accounting shall name who it is"
    assert v.vendor(14988, 8, b"5M/10M") in reply.octets
    until(lambda: len(world.attempts) == 1)
    request, verdict = world.attempts[0]
    assert isinstance(verdict, Accept)
    assert (request.name, request.mac) == ("nemo", "02:00:00:00:00:01")
    assert device.key[:32].hex() not in repr(verdict)


@pytest.mark.parametrize(("method", "inner"), WAYS)
def test_a_wrong_password_fails_late_and_is_logged_once(
    up: Running, near: Near, world: World, method: int, inner: str
) -> None:
    asked = time.monotonic()
    reply = near(up.auth).sign_in(Device(method, inner, password=b"wrong"))
    assert 1.0 <= time.monotonic() - asked
    assert reply.code == REJECT
    assert eap_of(reply)[:1] == b"\x04"
    assert text_of(reply).startswith("Wrong password.")
    until(lambda: len(world.attempts) == 1)
    assert [(each.name, verdict.code) for each, verdict in world.attempts] == [("nemo", "wrong_password")]


@pytest.mark.parametrize(("method", "inner"), WAYS)
def test_who_is_known_is_refused_in_their_own_language(
    up: Running, near: Near, world: World, method: int, inner: str
) -> None:
    world.people[b"nemo"] = facts(status="suspended", language="fr")
    assert text_of(near(up.auth).sign_in(Device(method, inner))) == messages.say(
        "suspended", "fr", "account", (), UTC
    )


def test_requests_from_changing_ports_reach_the_worker_that_began(world: World, near: Near) -> None:
    """Two workers; RouterOS draws a source port per request, so the kernel gives them to either."""
    with running(world) as one, running(world) as two:
        for method, inner in WAYS:
            point, device = near(one.auth, fresh=True), Device(method, inner)
            point.ports = [one.auth, two.auth]
            reply = point.sign_in(device)
            assert reply.code == ACCEPT
            assert point.keys(reply) == (device.key[:32], device.key[32:])
        passed = one.server.counts["eap_passed_on"] + two.server.counts["eap_passed_on"]
        assert passed >= 9
    assert len(world.attempts) == 3


def test_a_retransmission_at_any_point_gets_the_same_octets(up: Running, near: Near, world: World) -> None:
    point, device = near(up.auth), Device()
    octets, code = device.identity(), CHALLENGE
    while code == CHALLENGE:
        datagram = point.request(octets)
        reply = point.send(datagram)
        assert point.send(datagram).octets == reply.octets
        code = reply.code
        if code == CHALLENGE:
            octets = device.answer(eap_of(reply))
    assert code == ACCEPT
    until(lambda: len(world.attempts) == 1)


def test_without_the_truth_there_is_no_answer_and_the_same_packet_may_come_again(
    up: Running, near: Near, world: World
) -> None:
    for method, inner in WAYS:
        point, device = near(up.auth), Device(method, inner)
        octets, asked, reply = device.identity(), 0, None
        while reply is None or reply.code == CHALLENGE:
            world.down = True
            datagram = point.request(octets)
            if point.is_answered(up, datagram, "facts_unavailable"):
                reply = point.hear()
            else:
                world.down, asked = False, asked + 1
                reply = point.send(datagram)
            octets = device.answer(eap_of(reply)) if reply.code == CHALLENGE else b""
        assert reply.code == ACCEPT
        assert asked == (1 if inner == "pap" else 2)


def test_the_clock_of_a_voucher_starts_before_the_accept_leaves(
    up: Running, near: Near, world: World
) -> None:
    world.durable = None
    world.people[b"K7QM"] = facts(
        label="K7QM", kind="voucher", secret=None, starts_from_first_use=True, validity_seconds=3600
    )
    point, device = near(up.auth), Device(name=b"K7QM", password=b"K7QM")
    octets = device.identity()
    datagram = point.request(octets)
    while point.is_answered(up, datagram, "clocks", lambda: len(world.clocks)):
        octets = device.answer(eap_of(point.hear()))
        datagram = point.request(octets)
    assert world.clocks == [5]
    world.settle(False)
    until(lambda: up.server.counts["not_durable"] == 1)
    world.durable = True
    assert point.send(datagram).code == ACCEPT, "asked again, it is judged again"
    until(lambda: len(world.attempts) == 1)


def test_a_router_that_may_not_use_it_is_told_so(up: Running, near: Near, world: World) -> None:
    world.routers[ADDRESS] = ROUTER
    point = near(up.auth)
    reply = point.send(point.request(Device().identity()))
    assert (reply.code, eap_of(reply)) == (REJECT, b"\x04\x07\0\x04")
    until(lambda: len(world.attempts) == 1)
    assert world.attempts[0][1].code == "unsupported_method"
    assert "EAP" in world.attempts[0][1].trace[-1].text


def test_a_password_beside_eap_is_refused(up: Running, near: Near, world: World) -> None:
    point = near(up.auth)
    point.more = v.attribute(3, bytes(17))
    reply = point.send(point.request(Device().identity()))
    assert (reply.code, eap_of(reply)) == (REJECT, b"\x04\x07\0\x04")
    until(lambda: len(world.attempts) == 1)
    assert world.attempts[0][1].code == "both_passwords"


def test_a_state_of_nobody_or_of_another_router_is_refused(up: Running, near: Near, world: World) -> None:
    point = near(up.auth)
    point.send(point.request(Device().identity()))
    state = point.state
    world.routers[ADDRESS] = replace(WIFI, router_id=2)
    for each in (os.urandom(16), state, b"x", state[:4] + bytes(12)):
        reply = point.send(point.request(response(8, 25, b"\0\x16"), state=each))
        assert (reply.code, eap_of(reply)) == (REJECT, b"\x04\x08\0\x04")
    until(lambda: len(world.attempts) == 4)
    assert {verdict.code for _, verdict in world.attempts} == {"eap_unknown"}


def test_without_a_certificate_or_a_signature_there_is_silence(up: Running, near: Near, world: World) -> None:
    world.has_certificate = False
    point = near(up.auth)
    assert up.is_silent(point.request(Device().identity()), counter="drop_eap_full")
    world.has_certificate = True
    world.routers[ADDRESS] = replace(WIFI, require_message_auth=False)
    body = v.attribute(1, b"anonymous") + eap_attributes(Device().identity())
    bare = bytes((1, 9)) + (20 + len(body)).to_bytes(2, "big") + os.urandom(16) + body
    assert up.is_silent(bare, counter="drop_no_message_authenticator")


def test_a_service_for_hotspots_alone_and_a_listed_device_stay_out(
    up: Running, near: Near, world: World
) -> None:
    world.people[b"nemo"] = facts(access="hotspot")
    assert "kind of connection" in text_of(near(up.auth).sign_in(Device(TTLS, "pap")))
    mac = b"02:00:00:00:00:01"
    world.people[mac] = facts(label="02:00:00:00:00:01", device="02:00:00:00:00:01", secret=None)
    assert near(up.auth).sign_in(Device(TTLS, "pap", name=mac, password=mac)).code == REJECT
    until(lambda: len(world.attempts) == 2)
    assert [verdict.code for _, verdict in world.attempts] == ["wrong_access", "wrong_access"]


def test_the_name_outside_opens_nothing(up: Running, near: Near, world: World) -> None:
    device = Device(TTLS, "pap", outer=b"nemo", name=b"captain", password=b"arctangent")
    assert near(up.auth).sign_in(device).code == REJECT
    until(lambda: len(world.attempts) == 1)
    request, verdict = world.attempts[0]
    assert isinstance(verdict, Reject)
    assert (request.name, verdict.code) == ("captain", "unknown_user")


@pytest.mark.parametrize(("method", "inner"), WAYS)
@pytest.mark.parametrize("password", [b"arctangent", b"wrong"])
def test_a_trace_follows_the_name_inside(
    up: Running, near: Near, method: int, inner: str, password: bytes
) -> None:
    seen: deque[Seen] = deque()
    up.server.tracer = Tracer([Watch(ROUTER.schema, 1, "nemo", None, 4e9)], seen)
    near(up.auth).sign_in(Device(method, inner, outer=b"anonymous", password=password))
    until(lambda: any(each.octets[:1] in (b"\x02", b"\x03") for each in seen), 5)
    assert {each.direction for each in seen} == {"out"}  # what comes in is named as it is outside


def test_pap_is_answered_while_many_begin_and_never_go_on(up: Running, near: Near, world: World) -> None:
    flood = up.another()
    point = near(up.auth)
    for number in range(400):
        flood.sendto(point.request(response(number % 256, 1, b"anonymous")), (ADDRESS, up.auth))
    assert up.ask(v.G1)[0] == ACCEPT
    until(lambda: up.server.counts["drop_eap_full"] > 0)
    assert len(up.server.entrance.conversations) <= 128
    flood.close()
