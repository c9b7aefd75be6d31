"""200,000 mutated packets, each all the way to the octets of its reply: no exception, no hang, no wrong Accept."""

from __future__ import annotations

import random
import time
from collections import Counter
from zoneinfo import ZoneInfo

from radius import policy
from radius.accounting import advance
from radius.events import (
    Accept,
    AccessRequest,
    AccountingRecord,
    Alive,
    Ask,
    Kind,
    Nas,
    Port,
    Recorded,
    StatusRequest,
)
from radius.packet import parse
from radius.wire import read, write
from tests.radius import vectors as v
from tests.radius.fakes import facts

STRICT = Nas("isp_demo", 1, "10.0.0.1", v.SECRET)
LENIENT = Nas("isp_demo", 1, "10.0.0.1", v.SECRET, require_message_auth=False)
SOURCE = ("10.0.0.1", 40_000)
NOW = 1_700_000_010.0
UTC = ZoneInfo("UTC")
SEEDS = [v.G1, v.G4, v.G5, v.G8, v.G9, v.G10, v.H1, v.H5, v.H6A, v.RFC_PAP, v.RFC_CHAP, v.RFC_STATE]
BODIES = [datagram[20:] for datagram in SEEDS]


def mutate(dice: random.Random, octets: bytes) -> bytes:
    changed = bytearray(octets)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(changed) + 1)
        match dice.randrange(5):
            case 0 if at < len(changed):
                changed[at] = dice.choice((0, 1, 2, 3, 18, 26, 80, 254, 255, dice.randrange(256)))
            case 1:
                changed[at:at] = dice.randbytes(dice.randint(1, 20))
            case 2:
                del changed[at : at + dice.randint(1, 20)]
            case 3:
                other = dice.choice(BODIES)
                changed[at:at] = other[: dice.randrange(len(other) + 1)]
            case _ if at < len(changed):
                changed[at] ^= 1 << dice.randrange(8)
    return bytes(changed)


def test_200_000_mutated_packets_are_dropped_or_judged() -> None:
    """Half are mutated as they are; half only in their attributes and then signed, so that they get far."""
    dice = random.Random(5461)
    seen: Counter[str] = Counter()
    slowest = 0.0
    for number in range(200_000):
        seed = dice.choice(SEEDS)
        port = Port.ACCT if seed[0] == 4 else Port.AUTH
        if number % 2:
            datagram = mutate(dice, seed)
        elif port is Port.ACCT:
            datagram = v.accounting(mutate(dice, seed[20:]))
        else:
            datagram = v.access(mutate(dice, seed[20:].replace(b"\x50\x12", b"\x51\x12")), code=seed[0])
        began = time.perf_counter()
        outcome = read(datagram, LENIENT if number % 4 == 1 else STRICT, SOURCE, port, NOW)
        if isinstance(outcome, Ask):
            seen[answer(outcome)] += 1
        else:
            seen[outcome.reason] += 1
        slowest = max(slowest, time.perf_counter() - began)
    assert slowest < 1.0
    assert seen.total() == 200_000
    assert seen["accept"] > 100, seen
    assert seen["malformed"] > 100, seen
    assert seen["record"] > 1000, seen
    assert seen["malformed_attribute_length"] > 1000, seen
    assert seen["wrong_message_authenticator"] > 1000, seen


def answer(ask: Ask) -> str:
    """Go all the way to the octets of the reply, as the server does."""
    match ask.question:
        case AccessRequest() as request:
            known = facts() if request.username in {b"nemo", b"flopsy", b"mopsy"} else None
            if request.username == b"User":
                known = facts(secret=b"clientPass")
            verdict = policy.authorize(request, known, NOW, UTC)
            parse(write(ask, verdict))
            if isinstance(verdict, Accept):
                assert request.password in (b"arctangent", b"clientPass") or request.chap or request.ms_chap
                return "accept"
            return verdict.code
        case StatusRequest():
            parse(write(ask, Alive()))
            return "status"
        case AccountingRecord() as told:
            assert AccountingRecord.from_json(told.to_json()) == told
            if told.kind not in {Kind.ON, Kind.OFF}:
                advance(None, told)
            parse(write(ask, Recorded()))
            return "record"
