"""A RADIUS load tool: closed loop with a window, signs as a NAS does, verifies every reply."""

import hashlib
import hmac
import os
import select
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass

SOCKETS = 16  # as many flows as let SO_REUSEPORT spread them
WINDOW = 16  # per socket
PATIENCE = 1.0


@dataclass(frozen=True)
class Outcome:
    """Answered and wrong replies, and requests per second."""

    answered: int
    wrong: int
    resent: int
    per_second: float
    p99_ms: float


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!BB", kind, len(value) + 2) + value


def access_request(secret: bytes, identifier: int, name: bytes, mac: bytes, session: bytes) -> bytes:
    """PAP with the name as the password, Message-Authenticator last as RouterOS does (RFC 2865, 3579)."""
    authenticator = os.urandom(16)
    padded = name + bytes(-len(name) % 16)
    hidden, last = b"", authenticator
    for at in range(0, len(padded), 16):
        last = bytes(
            a ^ b for a, b in zip(padded[at : at + 16], hashlib.md5(secret + last).digest(), strict=True)
        )
        hidden += last
    body = (
        attribute(1, name) + attribute(2, hidden) + attribute(31, mac) + attribute(44, session)
        + attribute(32, b"bench") + b"\x50\x12"
    )  # fmt: skip
    head = struct.pack("!BBH", 1, identifier, 20 + len(body) + 16) + authenticator
    return head + body + hmac.new(secret, head + body + bytes(16), hashlib.md5).digest()


def accounting_request(
    secret: bytes, identifier: int, name: bytes, mac: bytes, session: bytes, octets: int
) -> bytes:
    """An Interim-Update (RFC 2866)."""
    body = (
        attribute(40, struct.pack("!I", 3)) + attribute(44, session) + attribute(1, name) + attribute(31, mac)
        + attribute(32, b"bench") + attribute(46, struct.pack("!I", 60)) + attribute(42, struct.pack("!I", octets))
        + attribute(43, struct.pack("!I", octets)) + attribute(55, struct.pack("!I", int(time.time())))
    )  # fmt: skip
    head = struct.pack("!BBH", 4, identifier, 20 + len(body))
    return head + hashlib.md5(head + bytes(16) + body + secret).digest() + body


def verified(reply: bytes, request: bytes, secret: bytes) -> bool:
    """The Response Authenticator (RFC 2865 section 3)."""
    return hashlib.md5(reply[:4] + request[4:20] + reply[20:] + secret).digest() == reply[4:20]


def run(
    server: tuple[str, int],
    source: str,
    secret: bytes,
    count: int,
    make: Callable[[int, int], bytes],
    good: frozenset[int],
) -> Outcome:
    """Send count requests made by make(number, identifier); good are the reply codes that count as right."""
    sockets = []
    for _ in range(SOCKETS):
        each = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        each.bind((source, 0))
        each.connect(server)
        each.setblocking(False)
        sockets.append(each)
    open_: list[dict[int, tuple[bytes, float, float]]] = [{} for _ in sockets]
    free = [list(range(256)) for _ in sockets]
    sent = answered = wrong = resent = 0
    delays: list[float] = []
    began = time.perf_counter()
    while answered < count:
        for at, each in enumerate(sockets):
            while sent < count and len(open_[at]) < WINDOW:
                identifier = free[at].pop(0)
                datagram = make(sent, identifier)
                now = time.perf_counter()
                each.send(datagram)
                open_[at][identifier] = (datagram, now, now)
                sent += 1
        ready, _, _ = select.select(sockets, [], [], 0.2)
        now = time.perf_counter()
        for each in ready:
            at = sockets.index(each)
            while True:
                try:
                    reply = each.recv(4096)
                except BlockingIOError:
                    break
                entry = open_[at].pop(reply[1], None)
                if entry is None:
                    continue
                free[at].append(reply[1])
                answered += 1
                delays.append(now - entry[1])
                wrong += reply[0] not in good or not verified(reply, entry[0], secret)
        for at, each in enumerate(sockets):
            for identifier, (datagram, first, last) in list(open_[at].items()):
                if now - last > PATIENCE:
                    each.send(datagram)
                    open_[at][identifier] = (datagram, first, now)
                    resent += 1
    took = time.perf_counter() - began
    for each in sockets:
        each.close()
    delays.sort()
    return Outcome(answered, wrong, resent, answered / took, 1000 * delays[int(len(delays) * 0.99) - 1])
