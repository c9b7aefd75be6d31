"""Two hundred routers come back at once and dial in everybody."""

from __future__ import annotations

import json
import os
import selectors
import socket
import time
from collections import deque
from dataclasses import dataclass, field

from kmikro.lib import mschap
from radius.packet import parse
from radius.seal import Seal
from tests.faults.catalogue import fault
from tests.faults.ground import ADDRESS, Ground, serving
from tests.faults.load import ACCEPT, REJECT, percentile
from tests.radius.vectors import attribute, vendor, whole

AT_ONCE, PATIENCE, TRIES = 4, 3.0, 3  # of one router; seconds and tries as enrolment sets them


@dataclass
class _Dial:
    name: str
    octets: bytes
    authenticator: bytes
    first_at: float
    sent_at: float
    tries: int = 1


@dataclass
class _Router:
    wire: socket.socket
    seal: Seal
    waiting: deque[str]
    pending: dict[int, _Dial] = field(default_factory=dict)
    identifier: int = 0


class Crowd:
    """All routers in one loop: a few dial-ins at once each, PPPoE with MS-CHAPv2 and every fourth one with PAP."""

    def __init__(self, routers: dict[str, str], names: list[str], password: str, auth: int) -> None:
        self.codes: dict[str, int] = {}
        self.seconds: list[float] = []
        self.repeated = 0
        self._password = password
        self._nt = mschap.nt_hash(password.encode())
        self._selector = selectors.DefaultSelector()
        self._routers = []
        for number, (address, secret) in enumerate(routers.items()):
            wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            wire.bind((address, 0))
            wire.connect((ADDRESS, auth))
            wire.setblocking(False)
            mine = _Router(wire, Seal(secret.encode()), deque(names[number :: len(routers)]))
            self._routers.append(mine)
            self._selector.register(wire, selectors.EVENT_READ, mine)

    def run(self) -> float:
        """Until everybody is answered or given up; seconds."""
        began = time.monotonic()
        for each in self._routers:
            self._fill(each)
        while any(each.pending for each in self._routers):
            for key, _ in self._selector.select(0.05):
                self._hear(key.data)
            now = time.monotonic()
            for each in self._routers:
                self._remind(each, now)
        for each in self._routers:
            each.wire.close()
        return time.monotonic() - began

    def _fill(self, router: _Router) -> None:
        while router.waiting and len(router.pending) < AT_ONCE:
            name = router.waiting.popleft()
            while router.identifier in router.pending:
                router.identifier = (router.identifier + 1) % 256
            authenticator, now = os.urandom(16), time.monotonic()
            body = self._body(router.seal, authenticator, name)
            octets = router.seal.access_request(1, router.identifier, authenticator, body)
            router.pending[router.identifier] = _Dial(name, octets, authenticator, now, now)
            router.identifier = (router.identifier + 1) % 256
            self._send(router, octets)

    def _body(self, seal: Seal, authenticator: bytes, name: str) -> bytes:
        person, number = name.encode(), int(name.rpartition("-")[2])
        ppp = attribute(1, person) + whole(6, 2) + whole(7, 1) + whole(61, 15) + attribute(32, b"rtr")
        ppp += attribute(31, b"02:52:00:%02X:%02X:%02X" % (number >> 16, number >> 8 & 255, number & 255))
        if number % 4 == 0:
            return ppp + attribute(2, seal.hide(self._password.encode(), authenticator))
        assert self._nt is not None
        challenge, peer = os.urandom(16), os.urandom(16)
        answer = mschap.challenge_response(mschap.challenge_hash(peer, challenge, person), self._nt)
        return ppp + vendor(311, 11, challenge) + vendor(311, 25, b"\1\0" + peer + bytes(8) + answer)

    def _send(self, router: _Router, octets: bytes) -> None:
        try:
            router.wire.send(octets)
        except OSError:  # the socket is full: asked again later
            pass

    def _hear(self, router: _Router) -> None:
        while True:
            try:
                reply = router.wire.recv(4096)
            except OSError:
                break
            dial = router.pending.get(reply[1])
            if dial is None or not router.seal.vouches_for_reply(parse(reply), dial.authenticator):
                continue
            del router.pending[reply[1]]
            self._done(dial, reply[0])
        self._fill(router)

    def _remind(self, router: _Router, now: float) -> None:
        for identifier, dial in list(router.pending.items()):
            if now - dial.sent_at < PATIENCE:
                continue
            if dial.tries >= TRIES:
                del router.pending[identifier]
                self._done(dial, 0)
                continue
            dial.tries, dial.sent_at = dial.tries + 1, now
            self.repeated += 1
            self._send(router, dial.octets)
        self._fill(router)

    def _done(self, dial: _Dial, code: int) -> None:
        self.codes[dial.name] = code
        self.seconds.append(time.monotonic() - dial.first_at)


@fault("F52", "200 routers reconnect at once and dial in 20,000 PPPoE users, twice", quick=False)
def crowd(ground: Ground, long: bool) -> str:
    people = 20_000 if long else 1_000
    made = json.loads(ground.run("tests.faults.town", ground.schema, "200", str(people)))
    said = []
    with serving(ground, "plain") as daemon:
        for state in ("cold", "warm"):  # at first nobody of them is in memory
            dialling = Crowd(made["routers"], made["names"], made["password"], daemon.auth)
            took = dialling.run()
            codes = list(dialling.codes.values())
            assert len(codes) == people
            assert codes.count(REJECT) == 0, f"{codes.count(REJECT)} valid users were rejected"
            left = people - codes.count(ACCEPT)
            assert not left, f"{left} were not answered in {TRIES} tries ({state})"
            assert took <= 120, f"it took {took:.0f} s"
            p50, p99 = percentile(dialling.seconds, 50), percentile(dialling.seconds, 99)
            said.append(
                f"{state} in {took:.1f} s ({people / took:,.0f} a second), p50 {p50 * 1000:.0f} ms, "
                f"p99 {p99 * 1000:.0f} ms, {dialling.repeated} asked again"
            )
    assert p99 <= (1.0 if long else 3.0), "; ".join(said)
    return f"{people} logins at {len(made['routers'])} routers, {AT_ONCE} at once each: {'; '.join(said)}; 0 refused"
