"""A RADIUS load tool: closed loop with a window, signs as a NAS does, verifies every reply."""

import hashlib
import hmac
import os
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from kmikro.lib import mschap

SOCKETS = 16  # as many flows as let SO_REUSEPORT spread them
WINDOW = 256  # open requests in all
PATIENCE = 1.0
_ROOM = 1024  # octets; no reply to these requests is as long
SILENCE = 20.0  # seconds without any answer after which there is nothing to measure

Address = tuple[str, int]


@dataclass(frozen=True)
class Outcome:
    """Answered and wrong replies, and requests per second."""

    answered: int
    wrong: int
    resent: int
    per_second: float
    p99_ms: float
    lost: int = 0  # never answered


@dataclass(frozen=True)
class Part:
    """Requests to one port: made by make(number, identifier); good are the reply codes that count as right."""

    server: Address
    count: int
    make: Callable[[int, int], bytes]
    good: frozenset[int]
    proven: Callable[[bytes, bytes], bool] = lambda _request, _reply: True  # what else a reply must show


@dataclass
class _Flow:
    """One socket with its own requests and its share of the window."""

    socket: socket.socket
    good: frozenset[int]
    proven: Callable[[bytes, bytes], bool]
    datagrams: list[bytes]
    open: dict[int, tuple[int, float, float]] = field(default_factory=dict)  # identifier → which, first, last
    replies: list[tuple[int, bytes]] = field(default_factory=list)
    sent: int = 0
    resent: int = 0

    def fill(self, window: int, now: float) -> None:
        waiting, datagrams, send = self.open, self.datagrams, self.socket.send
        which, last = self.sent, min(len(datagrams), self.sent + window - len(waiting))
        while which < last and which & 255 not in waiting:
            send(datagrams[which])
            waiting[which & 255] = (which, now, now)
            which += 1
        self.sent = which

    def hear(self, delays: list[float]) -> None:
        """Take what has come; it is verified when the clock has stopped."""
        now, hear, close = time.perf_counter(), self.socket.recv, self.open.pop
        try:
            while True:
                reply = hear(_ROOM)
                if (entry := close(reply[1], None)) is not None:
                    delays.append(now - entry[1])
                    self.replies.append((entry[0], reply))
        except BlockingIOError:
            return

    def insist(self, now: float) -> None:
        """Send again what was not answered, as a NAS does."""
        for identifier, (which, first, last) in list(self.open.items()):
            if now - last > PATIENCE:
                self.socket.send(self.datagrams[which])
                self.open[identifier] = (which, first, now)
                self.resent += 1

    def wrong(self, secret: bytes) -> int:
        return sum(
            reply[0] not in self.good
            or not verified(reply, self.datagrams[which], secret)
            or not self.proven(self.datagrams[which], reply)
            for which, reply in self.replies
        )


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!BB", kind, len(value) + 2) + value


_BEGAN = int(time.time()) - 60
_MICROSOFT = struct.pack("!I", 311)
_WHERE = attribute(4, bytes((10, 0, 0, 1))) + attribute(32, b"bench")


def _access(secret: bytes, identifier: int, authenticator: bytes, body: bytes) -> bytes:
    """Message-Authenticator last, as RouterOS does (RFC 3579)."""
    body += _WHERE + b"\x50\x12"
    head = struct.pack("!BBH", 1, identifier, 20 + len(body) + 16) + authenticator
    return head + body + hmac.new(secret, head + body + bytes(16), hashlib.md5).digest()


def access_request(secret: bytes, identifier: int, name: bytes, mac: bytes, session: bytes) -> bytes:
    """PAP with the name as the password (RFC 2865)."""
    authenticator = os.urandom(16)
    padded = name + bytes(-len(name) % 16)
    hidden, last = b"", authenticator
    for at in range(0, len(padded), 16):
        last = bytes(
            a ^ b for a, b in zip(padded[at : at + 16], hashlib.md5(secret + last).digest(), strict=True)
        )
        hidden += last
    body = attribute(1, name) + attribute(2, hidden) + attribute(31, mac) + attribute(44, session)
    return _access(secret, identifier, authenticator, body)


def chap_request(secret: bytes, identifier: int, name: bytes, mac: bytes, session: bytes) -> bytes:
    """CHAP with the name as the password and a challenge of its own (RFC 2865)."""
    challenge, ident = os.urandom(16), bytes((identifier,))
    answer = ident + hashlib.md5(ident + name + challenge).digest()
    body = (
        attribute(1, name) + attribute(3, answer) + attribute(60, challenge)
        + attribute(31, mac) + attribute(44, session)
    )  # fmt: skip
    return _access(secret, identifier, os.urandom(16), body)


def _counter(kind: int, value: int) -> bytes:
    return attribute(kind, struct.pack("!I", value))


def mschap_request(
    secret: bytes, identifier: int, name: bytes, nt: bytes, mac: bytes, session: bytes
) -> bytes:
    """MS-CHAPv2 over PPP with challenges of its own (RFC 2548, 2759); nt is the NT hash of the password."""
    challenge, peer = os.urandom(16), os.urandom(16)
    answer = mschap.challenge_response(mschap.challenge_hash(peer, challenge, name), nt)
    response = bytes((identifier, 0)) + peer + bytes(8) + answer
    body = (
        attribute(1, name) + attribute(26, _MICROSOFT + attribute(11, challenge))
        + attribute(26, _MICROSOFT + attribute(25, response)) + attribute(6, struct.pack("!I", 2))
        + attribute(7, struct.pack("!I", 1)) + attribute(31, mac) + attribute(44, session)
    )  # fmt: skip
    return _access(secret, identifier, os.urandom(16), body)


def mschap_proven(request: bytes, reply: bytes, nt: bytes) -> bool:
    """Does the Accept prove that the server knows the password, and does it bring both keys of the link?"""
    asked, told = _vendor(request), _vendor(reply)
    response = asked[25]
    hashed = mschap.challenge_hash(response[2:18], asked[11], name_of(request))
    expected = response[:1] + mschap.authenticator_response(nt, response[26:], hashed)
    return told.get(26) == expected and {16, 17} <= told.keys()


def _attributes(packet: bytes) -> Iterator[tuple[int, bytes]]:
    at = 20
    while at < len(packet):
        yield packet[at], packet[at + 2 : at + packet[at + 1]]
        at += packet[at + 1]


def name_of(packet: bytes) -> bytes:
    """The User-Name."""
    return next(value for kind, value in _attributes(packet) if kind == 1)


def _vendor(packet: bytes) -> dict[int, bytes]:
    """Microsoft's attributes by their numbers (RFC 2548)."""
    return {
        value[4]: value[6 : 4 + value[5]]
        for kind, value in _attributes(packet)
        if kind == 26 and value[:4] == _MICROSOFT
    }


def accounting_request(
    secret: bytes, identifier: int, name: bytes, mac: bytes, session: bytes, octets: int
) -> bytes:
    """An Interim-Update (RFC 2866) of a session that has been up since we began, with Gigawords as RouterOS sends them."""
    now = time.time()
    body = (
        attribute(40, struct.pack("!I", 3)) + attribute(44, session) + attribute(1, name) + attribute(31, mac)
        + _WHERE + attribute(46, struct.pack("!I", int(now - _BEGAN))) + _counter(42, octets) + _counter(52, 0)
        + _counter(43, octets) + _counter(53, 0) + attribute(55, struct.pack("!I", int(now)))
    )  # fmt: skip
    head = struct.pack("!BBH", 4, identifier, 20 + len(body))
    return head + hashlib.md5(head + bytes(16) + body + secret).digest() + body


def verified(reply: bytes, request: bytes, secret: bytes) -> bool:
    """The Response Authenticator (RFC 2865 section 3)."""
    return hashlib.md5(reply[:4] + request[4:20] + reply[20:] + secret).digest() == reply[4:20]


def _flows(parts: Sequence[Part], source: str) -> list[_Flow]:
    """Every part gets its share of the sockets; all requests are made before the clock starts."""
    flows: list[_Flow] = []
    share = SOCKETS // len(parts)
    for part in parts:
        for lane in range(share):
            opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            opened.bind((source, 0))
            opened.connect(part.server)
            opened.setblocking(False)
            numbers = range(lane, part.count, share)
            flows.append(
                _Flow(
                    opened,
                    part.good,
                    part.proven,
                    [part.make(each, at & 255) for at, each in enumerate(numbers)],
                )
            )
    return flows


def run(source: str, secret: bytes, *parts: Part) -> Outcome:
    """Send all parts at once and wait for every answer."""
    flows = _flows(parts, source)
    by_number = {each.socket.fileno(): each for each in flows}
    poll = select.poll()
    for number in by_number:
        poll.register(number, select.POLLIN)
    window, count, delays = WINDOW // len(flows), sum(part.count for part in parts), list[float]()
    began = last_look = last_answer = time.perf_counter()
    for each in flows:
        each.fill(window, began)
    while len(delays) < count:
        for number, _ in poll.poll(200):
            flow = by_number[number]
            flow.hear(delays)
            flow.fill(window, time.perf_counter())
            last_answer = time.perf_counter()
        now = time.perf_counter()
        if now - last_answer > SILENCE:
            raise RuntimeError(f"no answer for {SILENCE:.0f} s, after {len(delays)} of {count}")
        if now - last_look > PATIENCE / 4:
            last_look = now
            for each in flows:
                each.insist(now)
    took = time.perf_counter() - began
    for each in flows:
        each.socket.close()
    delays.sort()
    return Outcome(
        answered=len(delays),
        wrong=sum(each.wrong(secret) for each in flows),
        resent=sum(each.resent for each in flows),
        per_second=len(delays) / took,
        p99_ms=1000 * delays[int(len(delays) * 0.99) - 1],
    )
