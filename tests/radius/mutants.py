"""Packets that were right once: mutated as they are, or mutated inside and then signed, so that they get far."""

from __future__ import annotations

import random

from radius import token
from tests.radius import vectors as v

_SESSION = v.attribute(44, b"81a00001") + v.attribute(1, b"nemo") + v.attribute(32, b"rtr-1")
_PLACE = (
    v.attribute(31, b"AA:BB:CC:0D:EE:FF") + v.attribute(30, b"hotspot1") + v.attribute(87, b"bridge")
    + v.attribute(8, bytes((10, 5, 50, 2))) + v.whole(5, 2148532244) + v.whole(61, 19)
)  # fmt: skip
_COUNTERS = b"".join(v.whole(kind, 5_000) for kind in (42, 43, 46, 47, 48, 52, 53))
_IDENTITY = b"\2\1\0\x09\1nemo"  # EAP-Response/Identity
_TLS = b"\2\2\0\x14\x15\x80\0\0\0\x0a" + bytes.fromhex("16030100050100000100")  # EAP-TTLS, one record
_VENDOR = v.attribute(
    26, v.octets("00003a8c") + v.attribute(8, b"1M/2M") + v.attribute(10, bytes(4)) + v.attribute(3, b"")
)

AUTH = [
    *(v.G1, v.G8, v.G9, v.G10, v.H1, v.H2, v.H3, v.H4, v.H5, v.H6A, v.H6B),
    *(v.RFC_PAP, v.RFC_CHAP, v.RFC_STATE, v.RFC_STATUS[0][0]),
    v.access(v.pap(b"nemo", b"arctangent") + _PLACE + _VENDOR + v.whole(6, 2), 50),
    v.access(v.attribute(1, b"nemo") + v.attribute(79, _IDENTITY) + _PLACE, 51),
    v.access(v.attribute(1, b"nemo") + v.attribute(79, _TLS[:9]) + v.attribute(79, _TLS[9:]) + v.attribute(24, bytes(16)), 52),
    v.access(v.pap(b"AA:BB:CC:0D:EE:FF", b"") + _PLACE, 53),
    v.access(v.pap(b"K7QM-2XWP-9D", b"k7qm2xwp9d") + _PLACE + v.attribute(33, b"proxy") * 2, 54),
]  # fmt: skip
ACCT = [
    *(v.G4, v.G5),
    v.accounting(v.whole(40, 1) + _SESSION + _PLACE + v.attribute(25, token.issue("isp_demo", 5)), 60),
    v.accounting(v.whole(40, 3) + _SESSION + _PLACE + _COUNTERS + v.whole(55, 1_700_000_005), 61),
    v.accounting(v.whole(40, 2) + _SESSION + _PLACE + _COUNTERS + v.whole(49, 1) + v.whole(41, 5), 62),
    v.accounting(v.whole(40, 7) + v.attribute(32, b"rtr-1") + v.whole(49, 11), 63),
    v.accounting(v.whole(40, 8) + v.attribute(32, b"rtr-1") + _VENDOR, 64),
]
ANSWERS = [v.G6A, v.G6N]
_BODIES = [datagram[20:] for datagram in (*AUTH, *ACCT, *ANSWERS)]
_TEMPTING = (0, 1, 2, 3, 18, 24, 25, 26, 33, 79, 80, 127, 128, 253, 254, 255)


def mutate(dice: random.Random, octets: bytes) -> bytes:
    """One to four changes: an octet, a bit, some put in, some left out, a piece of another packet, a piece twice."""
    changed = bytearray(octets)
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(changed) + 1)
        match dice.randrange(6):
            case 0 if at < len(changed):
                changed[at] = dice.choice(_TEMPTING)
            case 1:
                changed[at:at] = dice.randbytes(dice.randint(1, 20))
            case 2:
                del changed[at : at + dice.randint(1, 20)]
            case 3:
                other = dice.choice(_BODIES)
                changed[at:at] = other[: dice.randrange(len(other) + 1)]
            case 4 if at < len(changed):
                piece = changed[at : at + dice.randint(2, 40)]
                changed[at:at] = piece * dice.choice((1, 1, 1, 3))
            case _ if at < len(changed):
                changed[at] ^= 1 << dice.randrange(8)
    return bytes(changed[:6_000])


def _attributes(body: bytes) -> list[tuple[int, bytes]]:
    found, at = [], 0
    while at + 1 < len(body) and body[at + 1] >= 2:
        found.append((body[at], body[at + 2 : at + body[at + 1]]))
        at += body[at + 1]
    return found


_STOCK = [each for body in _BODIES for each in _attributes(body)]


def bend(dice: random.Random, body: bytes) -> bytes:
    """Changes that leave the lengths right, so that what is inside is read: values, kinds, order, repetition."""
    parts = _attributes(body) or [(1, b"nemo")]
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(parts) or 1)
        match dice.randrange(7):
            case 0 if parts:
                kind, value = parts[at]
                parts[at] = (kind, mutate(dice, value)[:253] if value else dice.randbytes(3))
            case 1 if parts:
                parts[at] = (dice.choice(_TEMPTING), parts[at][1])
            case 2 if parts:
                parts.append(parts[at])
            case 3 if parts:
                del parts[at]
            case 4:
                dice.shuffle(parts)
            case 5:
                parts.insert(at, (dice.randrange(1, 256), dice.randbytes(dice.choice((0, 1, 4, 16, 253)))))
            case _:
                parts.insert(at, dice.choice(_STOCK))
    return b"".join(bytes((kind, len(value) + 2)) + value for kind, value in parts)


def _spoil(dice: random.Random, body: bytes) -> bytes:
    return (mutate if dice.randrange(4) == 0 else bend)(dice, body)[:4_000]


def login(dice: random.Random, number: int) -> bytes:
    """A mutated packet for port 1812; every second one is signed after it was spoilt."""
    seed = dice.choice(AUTH)
    if number % 2:
        return mutate(dice, seed)
    body = b"".join(v.attribute(kind, value) for kind, value in _attributes(seed[20:]) if kind != 80)
    return v.access(_spoil(dice, body), number % 256, dice.choice((seed[4:20], v.RA)), seed[0])


def record(dice: random.Random, number: int) -> bytes:
    """A mutated packet for port 1813; every second one is signed after it was spoilt."""
    seed = dice.choice(ACCT)
    return mutate(dice, seed) if number % 2 else v.accounting(_spoil(dice, seed[20:]), number % 256)


def reply_in_eap(dice: random.Random, state: bytes, identifier: int) -> bytes:
    """The next word in an EAP conversation, often nonsense: TTLS, PEAP, Nak, a fragment, or what nobody speaks."""
    kind = dice.choice((21, 21, 25, 25, 3, 1, 26, dice.randrange(256)))
    inside = dice.choice(
        (_TLS[5:], _TLS[6:], b"\x15", b"\x19", b"\0", b"\x80\xff\xff\xff\xff", dice.randbytes(40))
    )
    inside = mutate(dice, inside) if dice.randrange(2) else inside
    word = b"\2" + bytes((identifier,)) + (5 + len(inside)).to_bytes(2, "big") + bytes((kind,)) + inside
    word = mutate(dice, word) if dice.randrange(4) == 0 else word
    spread = b"".join(v.attribute(79, word[at : at + 253]) for at in range(0, len(word), 253))
    body = v.attribute(1, b"nemo") + spread + v.attribute(24, state)
    return v.access(bend(dice, body)[:4_000] if dice.randrange(3) == 0 else body, dice.randrange(256))
