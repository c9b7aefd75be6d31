"""Talks to a router's incoming RADIUS port: send, repeat, verify. Holds no database and no transaction."""

from __future__ import annotations

import os
import random
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kmikro.lib import coa
from kmikro.lib.coa import Answer, Attribute
from radius import mikrotik
from radius.attributes import encode
from radius.octets import unspell

IRT, MRT, MRC, MRD = 2.0, 16.0, 5, 30.0  # RFC 5080, section 2.2.1
JITTER = 0.1
BRIEF = 10.0  # seconds a task waits in all


@dataclass(frozen=True, slots=True)
class Route:
    """Where a router listens, and from which of our addresses it expects us."""

    address: str
    port: int
    secret: bytes = field(repr=False)
    source: str


def gaps(total: float = MRD) -> Iterator[float]:
    """Seconds to wait after each transmission; together never more than `total`, and MRC transmissions at most."""
    left = total
    for sent in range(MRC):
        wait = min(IRT * 2**sent, MRT) * random.uniform(1 - JITTER, 1 + JITTER)
        if sent == MRC - 1 or wait >= left:
            yield left
            return
        yield wait
        left -= wait


def identify(*, session_id: str, username: str, framed_ip: str | None, mac: str) -> list[Attribute]:
    """All that names a session, since a router acts on every session that matches what it is given."""
    attributes = [(coa.USER_NAME, unspell(username))]
    if framed_ip and "." in framed_ip:
        attributes.append((coa.FRAMED_IP, socket.inet_aton(framed_ip)))
    attributes += [(coa.CALLING_STATION, unspell(mac)), (coa.SESSION_ID, unspell(session_id))]
    return attributes


def send(route: Route, code: int, attributes: Sequence[Attribute], *, total: float = BRIEF) -> Answer | None:
    """The router's verified answer, None when there was none in `total` seconds.

    Every exchange has a socket of its own, so no Identifier is used twice while one is pending; what comes from
    another address or port, or is signed wrongly, is not heard.
    """
    octets = coa.request(code, os.urandom(1)[0], attributes, secret=route.secret, now=time.time())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind((route.source, 0))
        wire.connect((route.address, route.port))
        for gap in gaps(total):
            until = time.monotonic() + gap
            try:
                wire.send(octets)
            except OSError:  # refused, unreachable: perhaps only now
                pass
            answer = _listen(wire, octets, route.secret, until)
            if answer is not None:
                return answer
    return None


def _listen(wire: socket.socket, request: bytes, secret: bytes, until: float) -> Answer | None:
    while (left := until - time.monotonic()) > 0:
        wire.settimeout(left)
        try:
            reply = wire.recv(4096)
        except TimeoutError:
            return None
        except OSError:  # the port was closed a moment ago; wait as for silence
            continue
        if (answer := coa.answer(reply, request, secret=secret)) is not None:
            return answer
    return None


def disconnect(
    route: Route, *, session_id: str, username: str, framed_ip: str | None, mac: str, total: float = BRIEF
) -> Answer | None:
    """Ask the router to end one session."""
    named = identify(session_id=session_id, username=username, framed_ip=framed_ip, mac=mac)
    return send(route, coa.DISCONNECT, named, total=total)


def change(
    route: Route,
    attributes: Sequence[mikrotik.Attribute],
    *,
    session_id: str,
    username: str,
    framed_ip: str | None,
    mac: str,
    total: float = BRIEF,
) -> Answer | None:
    """Ask the router to change one session without ending it."""
    named = identify(session_id=session_id, username=username, framed_ip=framed_ip, mac=mac)
    return send(route, coa.COA, [*named, *_laid_out(encode(attributes))], total=total)


def _laid_out(octets: bytes) -> Iterator[Attribute]:
    """Attributes that were encoded, one by one."""
    while octets:
        yield octets[0], octets[2 : octets[1]]
        octets = octets[octets[1] :]


def echo(route: Route, *, total: float = BRIEF) -> bool:
    """Do router and we share the secret, and does it hear us? Ends a session that cannot be, and expects that NAK."""
    named = identify(
        session_id=f"echo-{os.urandom(8).hex()}",
        username="kmikro-echo",
        framed_ip=None,
        mac="00:00:00:00:00:00",
    )
    answer = send(route, coa.DISCONNECT, named, total=total)
    return answer is not None and not answer.acked and answer.cause == coa.NO_SESSION
