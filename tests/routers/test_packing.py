"""Traffic comes back as it was packed; counters that went back began anew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routers import packing

counters = st.integers(0, packing.LARGEST)
traffic = st.dictionaries(st.integers(0, 255), st.tuples(counters, counters), max_size=40)


@given(traffic)
def test_what_was_packed_comes_back(given_: dict[int, tuple[int, int]]) -> None:
    assert packing.unpack(packing.pack(given_)) == {port: pair for port, pair in given_.items() if any(pair)}


@given(st.binary(max_size=60))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    try:
        packing.unpack(octets)
    except packing.Unreadable:
        return


@given(st.lists(traffic, max_size=5))
def test_sums_hold_every_octet(parts: list[dict[int, tuple[int, int]]]) -> None:
    total = packing.add(parts)
    for port, (received, _sent) in total.items():
        assert received == min(sum(part.get(port, (0, 0))[0] for part in parts), packing.LARGEST)


@pytest.mark.parametrize(
    ("before", "after", "seconds", "moved"),
    [
        (None, 500, 60, 0),
        (100, 500, 60, 400),
        (500, 100, 60, 100),  # restarted
        (0, 2**63, 60, 0),  # set anew: no port is that fast
        (2**63, 2**63 + 9, 60, 9),
        (100, 500, 0, 0),
    ],
)
def test_what_moved(before: int | None, after: int, seconds: float, moved: int) -> None:
    assert packing.moved(before, after, seconds) == moved
