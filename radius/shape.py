"""Where the attributes of a datagram lie. Routers send the same shapes again and again, so each is worked out once.

A datagram has a known shape when every type and length octet of it is where that shape has it and says the same:
then it is laid out as that one was, and no octet needs to be walked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter
from struct import Struct
from typing import Any

MOST = 2_048  # shapes; then they are learned anew
SAME_SIZE = 4  # shapes of one length that are compared with


class Shape:
    """The layout of a packet. Values come as a tuple whose first is empty: place 0 stands for what is not there."""

    __slots__ = ("access", "expected", "heads", "kinds", "record", "seal_at", "unpack")

    def __init__(self, octets: bytes, attributes: Sequence[tuple[int, bytes]], seal_at: int | None) -> None:
        places, at, layout = [2, 3], 20, "=0s20x"
        for _, value in attributes:
            places += (at, at + 1)
            at += 2 + len(value)
            layout += f"2x{len(value)}s"
        self.kinds = (0, *(kind for kind, _ in attributes))
        self.heads = itemgetter(*places)
        self.expected = self.heads(octets)
        self.unpack = Struct(layout).unpack
        self.seal_at = seal_at
        self.access: Any = None  # what `radius.reading` makes of it, once
        self.record: Any = None


class Shapes:
    """Those that were seen in packets whose signature was right; nobody else can make us learn one."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._count = most, 0
        self._by_size: dict[int, list[Shape]] = {}

    def __len__(self) -> int:
        return self._count

    def find(self, datagram: bytes) -> Shape | None:
        for shape in self._by_size.get(len(datagram), ()):
            if shape.heads(datagram) == shape.expected:
                return shape
        return None

    def learn(self, octets: bytes, attributes: Sequence[tuple[int, bytes]], seal_at: int | None) -> None:
        if self._count >= self._most:
            self._by_size, self._count = {}, 0
        same = self._by_size.setdefault(len(octets), [])
        same.insert(0, Shape(octets, attributes, seal_at))
        self._count += 1
        if len(same) > SAME_SIZE:
            same.pop()
            self._count -= 1


KNOWN = Shapes()
