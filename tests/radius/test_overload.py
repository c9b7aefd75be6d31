"""Under load those who are half way in come first, in the order in which they came."""

from __future__ import annotations

import random

from radius.overload import LATE, in_order
from radius.sockets import Datagram
from tests.radius import vectors as v

NOW = 1_700_000_000.0
NEW = v.access(v.pap(b"nemo", b"x"))
HALF_WAY = v.access(v.pap(b"nemo", b"x") + v.attribute(24, b"halfway"))


def came(octets: bytes, port: int, waited: float) -> Datagram:
    return Datagram(octets, ("127.0.0.1", port), b"", NOW - waited)


def ports(batch: list[Datagram]) -> list[int]:
    return [each.source[1] for each in in_order(batch, NOW)]


def test_state_goes_first_when_somebody_has_waited() -> None:
    kinds = [NEW, HALF_WAY, NEW, HALF_WAY]
    assert ports([came(each, number, 0.0) for number, each in enumerate(kinds)]) == [0, 1, 2, 3]
    assert ports([came(each, number, LATE * 2) for number, each in enumerate(kinds)]) == [1, 3, 0, 2]


def test_any_octets_can_be_put_in_order() -> None:
    dice = random.Random(7)
    batch = [came(dice.randbytes(dice.randint(0, 60)), number, 1.0) for number in range(2_000)]
    assert sorted(ports(batch)) == list(range(2_000))
    assert ports([came(v.H1, 1, 1.0), came(b"", 2, 1.0), came(v.octets("18"), 3, 1.0)]) == [1, 2, 3]
