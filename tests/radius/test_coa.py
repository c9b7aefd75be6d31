"""Disconnect to a router over real UDP: octets, repetition, and which answers are believed."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from kmikro.lib import coa as words
from radius import coa
from radius.coa import Route
from radius.packet import parse
from radius.seal import Seal
from tests.radius import vectors as v

SECRET = b"a-secret-of-the-router-0001"
AT = 0x6553F100
Say = Callable[[bytes], list[bytes]]


class Router:
    """A router's incoming port; `say` gives its answers to a request."""

    def __init__(self, say: Say, address: str = "127.0.0.1") -> None:
        self.say = say
        self.heard: list[tuple[float, bytes, tuple[str, int]]] = []
        self.wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.wire.bind((address, 0))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    @property
    def route(self) -> Route:
        address, port = self.wire.getsockname()
        return Route(address, port, SECRET, "127.0.0.1")

    def _serve(self) -> None:
        while True:
            octets, sender = self.wire.recvfrom(4096)
            if not octets:
                return
            self.heard.append((time.monotonic(), octets, sender))
            for reply in self.say(octets):
                self.wire.sendto(reply, sender)

    def close(self) -> None:
        self.wire.sendto(b"", self.wire.getsockname())
        self.thread.join(5)
        self.wire.close()


@pytest.fixture
def routers() -> Iterator[Callable[[Say], Router]]:
    made: list[Router] = []

    def make(say: Say) -> Router:
        made.append(Router(say))
        return made[-1]

    yield make
    for each in made:
        each.close()


def signed(request: bytes, code: int, body: bytes = b"", secret: bytes = SECRET) -> bytes:
    return Seal(secret).reply(code, request[1], request[4:20], body)


def ack(request: bytes) -> list[bytes]:
    return [signed(request, request[0] + 1)]


def nak(cause: int) -> Say:
    return lambda request: [signed(request, request[0] + 2, b"\x65\x06" + cause.to_bytes(4, "big"))]


def kick(router: Router, total: float = 1.0) -> words.Answer | None:
    return coa.disconnect(
        router.route,
        session_id="81a00001",
        username="nemo",
        framed_ip="10.0.0.9",
        mac="AA:BB:CC:00:00:01",
        total=total,
    )


def test_requests_are_the_golden_octets() -> None:
    attributes = [(words.SESSION_ID, b"81a00001"), (words.USER_NAME, b"nemo")]
    assert words.request(words.DISCONNECT, v.G6[1], attributes, secret=v.SECRET, now=AT) == v.G6
    rate = (26, bytes.fromhex("00003a8c0807314d2f324d"))
    assert words.request(words.COA, v.G7[1], [*attributes, rate], secret=v.SECRET, now=AT) == v.G7


def test_golden_answers_are_believed() -> None:
    assert words.answer(v.G6A, v.G6, secret=v.SECRET) == words.Answer(True)
    assert words.answer(v.G6N, v.G6, secret=v.SECRET) == words.Answer(False, 503)
    assert words.answer(v.G6A + bytes(9), v.G6, secret=v.SECRET) == words.Answer(True)  # padding


@pytest.mark.parametrize("reply", [v.G6A, v.G6N])
def test_an_answer_with_any_bit_wrong_is_not_believed(reply: bytes) -> None:
    for bit in range(len(reply) * 8):
        wrong = bytearray(reply)
        wrong[bit // 8] ^= 1 << bit % 8
        assert words.answer(bytes(wrong), v.G6, secret=v.SECRET) is None, bit
    for length in range(len(reply)):
        assert words.answer(reply[:length], v.G6, secret=v.SECRET) is None


def test_everything_that_names_the_session_is_sent(routers: Callable[[Say], Router]) -> None:
    router = routers(ack)
    assert kick(router) == words.Answer(True)
    octets = router.heard[0][1]
    for each in (
        b"\x01\x06nemo",
        b"\x08\x06\x0a\x00\x00\x09",
        b"\x1f\x13AA:BB:CC:00:00:01",
        b"\x2c\x0a81a00001",
    ):
        assert each in octets
    assert Seal(SECRET).vouches_for_request(parse(octets))
    assert Seal(SECRET).vouches(parse(octets), bytes(16))
    assert router.heard[0][2][0] == "127.0.0.1"


def test_a_refusal_says_why(routers: Callable[[Say], Router]) -> None:
    answer = kick(routers(nak(501)))
    assert answer == words.Answer(False, 501)
    assert "forbids" in answer.text


def test_wrong_answers_are_not_heard_and_the_right_one_after_them_is(
    routers: Callable[[Say], Router],
) -> None:
    def say(request: bytes) -> list[bytes]:
        other = signed(request, 41, secret=b"another-secret-another-one")
        return [
            b"",
            b"x",
            other,
            signed(request[:1] + bytes((request[1] ^ 1,)) + request[2:], 41),
            signed(request, 2),
        ] + ack(request)

    assert kick(routers(say)) == words.Answer(True)


def test_an_answer_from_another_port_is_not_heard(routers: Callable[[Say], Router]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        router = routers(lambda request: [])

        def say(request: bytes) -> list[bytes]:
            stranger.sendto(ack(request)[0], router.heard[-1][2])
            return []

        router.say = say
        assert kick(router, 0.5) is None


def test_silence_is_asked_again_with_the_same_octets(
    routers: Callable[[Say], Router], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coa, "IRT", 0.1)
    router = routers(lambda request: ack(request) if len(router.heard) == 3 else [])
    assert kick(router, 3.0) == words.Answer(True)
    assert len({each[1] for each in router.heard}) == 1
    assert router.heard[2][0] - router.heard[1][0] > router.heard[1][0] - router.heard[0][0]


def test_a_closed_port_is_silence_and_not_an_error() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.monotonic()
    assert coa.send(Route("127.0.0.1", port, SECRET, "127.0.0.1"), words.DISCONNECT, [], total=0.4) is None
    assert 0.3 < time.monotonic() - began < 1.5


def test_gaps_double_and_end() -> None:
    for _ in range(1000):
        found = list(coa.gaps())
        assert 1.8 <= found[0] <= 2.2
        assert 3.6 <= found[1] <= 4.4
        assert 7.2 <= found[2] <= 8.8
        assert len(found) <= 5
        assert sum(found) == pytest.approx(30.0)
        assert sum(coa.gaps(10.0)) == pytest.approx(10.0)


def test_echo_wants_a_signed_refusal_of_a_session_that_cannot_be(routers: Callable[[Say], Router]) -> None:
    assert coa.echo(routers(nak(503)).route, total=1.0)
    assert not coa.echo(routers(ack).route, total=0.5)
    assert not coa.echo(routers(nak(401)).route, total=0.5)
    wrong = routers(
        lambda request: [signed(request, 42, b"\x65\x06\0\0\1\xf7", b"another-secret-another-one")]
    )
    assert not coa.echo(wrong.route, total=0.5)
    assert "a-secret" not in repr(wrong.route)
