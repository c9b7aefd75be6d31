"""Routers that send accounting at a steady pace, and ask again as a NAS does."""

from __future__ import annotations

import os
import select
import socket
import threading
import time

from radius.packet import parse
from radius.seal import Seal
from tests.radius.vectors import attribute, whole

WINDOW = 24
AGAIN = 1.0
PACE = 75  # new records a second of one router, so that an outage of any length leaves a known amount of work
_Sent = tuple[bytes, str, float]


class Router(threading.Thread):
    """One source address and port. Every record is a session of its own that carried one octet."""

    def __init__(self, address: str, secret: str, acct: int, mark: str) -> None:
        super().__init__(daemon=True)
        self.acked: set[str] = set()
        self.sent = 0
        self._seal = Seal(secret.encode())
        self._mark = mark
        self._stopping = threading.Event()
        self._pending: dict[int, _Sent] = {}
        self._wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._wire.bind((address, 0))
        self._wire.connect(("127.0.0.1", acct))
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
            due = (time.monotonic() - began) * PACE
            while len(self._pending) < WINDOW and self.sent < due and not self._stopping.is_set():
                identifier = (identifier + 1) % 256
                if identifier not in self._pending:
                    self._pending[identifier] = (*self._new(identifier), 0.0)
            now = time.monotonic()
            for number, (octets, name, at) in self._pending.items():
                if now - at > AGAIN:
                    self._send(octets)
                    self._pending[number] = (octets, name, now)
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
