"""Routers that send accounting and logins at a steady pace, and ask again as a NAS does."""

from __future__ import annotations

import os
import select
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from radius.packet import parse
from radius.seal import Seal
from tests.radius.vectors import attribute, whole

ACCEPT, REJECT, SILENT = 2, 3, 0
WINDOW = 24
AGAIN = 1.0
PACE = 75  # new records a second of one router, so that an outage of any length leaves a known amount of work
_Sent = tuple[bytes, str, float, float]  # octets, name, the last and the first time it was sent


class Router(threading.Thread):
    """One source address and port. Every record is a session of its own that carried one octet."""

    def __init__(
        self, address: str, secret: str, acct: int, mark: str, pace: float = PACE, server: str = "127.0.0.1"
    ) -> None:
        super().__init__(daemon=True)
        self.acked: set[str] = set()
        self.sent = 0
        self._seal = Seal(secret.encode())
        self._mark, self._pace = mark, pace
        self.latencies: list[float] = []  # seconds from the first transmission to the answer
        self._stopping = threading.Event()
        self._pending: dict[int, _Sent] = {}
        self._wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._wire.bind((address, 0))
        self._wire.connect((server, acct))
        self._wire.setblocking(False)

    def stop(self, patience: float) -> None:
        """Send nothing new, but keep asking for what is not acknowledged."""
        self._stopping.set()
        self.join(patience)
        self._wire.close()

    def run(self) -> None:
        identifier, deadline, began = 0, 0.0, time.monotonic()
        while True:
            if self._stopping.is_set():
                deadline = deadline or time.monotonic() + 8
                if not self._pending or time.monotonic() > deadline:
                    return
            due = (time.monotonic() - began) * self._pace
            while len(self._pending) < WINDOW and self.sent < due and not self._stopping.is_set():
                identifier = (identifier + 1) % 256
                if identifier not in self._pending:
                    self._pending[identifier] = (*self._new(identifier), 0.0, time.monotonic())
            now = time.monotonic()
            for number, (octets, name, at, first) in self._pending.items():
                if now - at > AGAIN:
                    self._send(octets)
                    self._pending[number] = (octets, name, now, first)
            if select.select([self._wire], [], [], 0.02)[0]:
                self._hear()

    def _new(self, identifier: int) -> tuple[bytes, str]:
        self.sent += 1
        name = f"{self._mark}-{self.sent}"
        body = (
            whole(40, 2)
            + attribute(44, name.encode())
            + attribute(1, b"steady")
            + whole(46, 60)
            + whole(43, 1)
        )
        return self._seal.request(4, identifier, body, sealed=False), name

    def _send(self, octets: bytes) -> None:
        try:
            self._wire.send(octets)
        except OSError:  # nobody listens at this moment
            pass

    def _hear(self) -> None:
        while True:
            try:
                reply = self._wire.recv(4096)
            except BlockingIOError:
                return
            except OSError:
                continue
            sent = self._pending.get(reply[1])
            if sent is None:
                continue
            packet = parse(reply)
            if packet.code == 5 and self._genuine(reply, sent[0]):
                del self._pending[reply[1]]
                self.acked.add(sent[1])
                self.latencies.append(time.monotonic() - sent[3])

    def _genuine(self, reply: bytes, request: bytes) -> bool:
        expected = self._seal.plain_reply(5, reply[1], request[4:20], reply[20:])
        return expected == reply


STEADY_PORT = 30_000 + os.getpid() % 2_000  # one for a run, so that two runs on a machine do not meet


def login(address: str, secret: str, auth: int, identifier: int) -> int:
    """The code of the answer to an Access-Request of an account that nobody changes; 0 for silence."""
    seal, authenticator = Seal(secret.encode()), identifier.to_bytes(16, "big")
    body = attribute(1, b"calm") + attribute(2, seal.hide(b"as-ever", authenticator)) + attribute(32, b"r")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((address, STEADY_PORT))  # always the same, so that the kernel chooses the same worker
        wire.settimeout(1.5)
        wire.sendto(seal.access_request(1, identifier % 256, authenticator, body), ("127.0.0.1", auth))
        try:
            reply = wire.recv(4096)
        except OSError:
            return 0
    return reply[0] if seal.vouches_for_reply(parse(reply), authenticator) else -1


@dataclass
class Login:
    """How one login went; `seconds` from the first transmission to the answer."""

    name: str
    code: int
    seconds: float
    tries: int
    at: float


@dataclass
class _Asked:
    octets: bytes
    authenticator: bytes
    name: str
    first_at: float
    sent_at: float
    tries: int = 0


Person = tuple[str, str]
Body = Callable[[Seal, bytes, str, str], bytes]


def pap(seal: Seal, authenticator: bytes, name: str, password: str) -> bytes:
    return (
        attribute(1, name.encode())
        + attribute(2, seal.hide(password.encode(), authenticator))
        + attribute(32, b"rtr")
    )


class Caller(threading.Thread):
    """One source address and port from which people sign in, `pace` a second, each asked `tries` times at most."""

    def __init__(
        self,
        address: str,
        secret: str,
        auth: int,
        people: Iterator[Person],
        *,
        pace: float,
        tries: int = 3,
        patience: float = 1.1,
        window: int = 200,
        body: Body = pap,
        server: str = "127.0.0.1",
    ) -> None:
        super().__init__(daemon=True)
        self.logins: list[Login] = []
        self.replies: list[tuple[float, float]] = []  # when it came, and how long after the last transmission
        self.forged = 0
        self._seal, self._people, self._body = Seal(secret.encode()), people, body
        self._pace, self._tries, self._patience, self._window = pace, tries, patience, window
        self._stopping = threading.Event()
        self._pending: dict[int, _Asked] = {}
        self._wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._wire.bind((address, 0))
        self._wire.connect((server, auth))
        self._wire.setblocking(False)
        self.started = 0

    def stop(self) -> list[Login]:
        """Let nobody new begin; those who wait are answered or give up."""
        self._stopping.set()
        self.join(60)
        return self.logins

    def run(self) -> None:
        began, identifier, exhausted = time.monotonic(), 0, False
        while True:
            now = time.monotonic()
            due = (now - began) * self._pace
            while (
                not exhausted
                and not self._stopping.is_set()
                and self.started < due
                and len(self._pending) < self._window
            ):
                person = next(self._people, None)
                if person is None:
                    exhausted = True
                    break
                while identifier in self._pending:
                    identifier = (identifier + 1) % 256
                self._begin(identifier, person)
                identifier = (identifier + 1) % 256
            self._remind(time.monotonic())
            if not self._pending and (exhausted or self._stopping.is_set()):
                self._wire.close()
                return
            if select.select([self._wire], [], [], 0.005)[0]:
                self._hear()

    def _begin(self, identifier: int, person: Person) -> None:
        authenticator = os.urandom(16)
        body = self._body(self._seal, authenticator, *person)
        octets = self._seal.access_request(1, identifier, authenticator, body)
        now = time.monotonic()
        self._pending[identifier] = asked = _Asked(octets, authenticator, person[0], now, now)
        self.started += 1
        self._send(asked, now)

    def _send(self, asked: _Asked, now: float) -> None:
        asked.tries += 1
        asked.sent_at = now
        try:
            self._wire.send(asked.octets)
        except OSError:  # nobody listens at this moment
            pass

    def _remind(self, now: float) -> None:
        for identifier, asked in list(self._pending.items()):
            if now - asked.sent_at < self._patience:
                continue
            if asked.tries < self._tries:
                self._send(asked, now)
            else:
                del self._pending[identifier]
                self.logins.append(Login(asked.name, SILENT, now - asked.first_at, asked.tries, now))

    def _hear(self) -> None:
        while True:
            try:
                reply = self._wire.recv(4096)
            except BlockingIOError:
                return
            except OSError:
                continue
            asked, now = self._pending.get(reply[1]), time.monotonic()
            if asked is None or not self._seal.vouches_for_reply(parse(reply), asked.authenticator):
                self.forged += 1  # or an answer to somebody who has given up
                continue
            del self._pending[reply[1]]
            self.replies.append((now, now - asked.sent_at))
            self.logins.append(Login(asked.name, reply[0], now - asked.first_at, asked.tries, now))


def percentile(values: list[float], share: int) -> float:
    """`share` of 100 values are not above it; 0 of none."""
    if len(values) < 2:
        return values[0] if values else 0.0
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]
