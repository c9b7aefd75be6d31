"""A stream of packets is the same wherever it was cut; what is none is said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.sstp import Malformed
from kmikro.lib.sstp.frames import LONGEST, Splitter, framed

BODIES = st.lists(st.tuples(st.binary(max_size=300), st.booleans()), max_size=8)


@given(BODIES, st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_wherever_it_was_cut(bodies: list[tuple[bytes, bool]], sizes: list[int]) -> None:
    stream = b"".join(framed(body, is_control=control) for body, control in bodies)
    splitter, found, at, turn = Splitter(), [], 0, 0
    while at < len(stream):
        size = sizes[turn % len(sizes)]
        found += [(each.body, each.is_control) for each in splitter.feed(stream[at : at + size])]
        at, turn = at + size, turn + 1
    assert found == bodies
    assert len(splitter) == 0


@given(st.binary(max_size=600))
def test_whatever_comes_is_a_packet_or_malformed(octets: bytes) -> None:
    splitter = Splitter()
    try:
        for frame in splitter.feed(octets):
            assert len(frame.whole) <= LONGEST
    except Malformed:
        pass
    assert len(splitter) <= max(LONGEST, len(octets))


@pytest.mark.parametrize("octets", [b"\x11\0\0\x08", b"\x10\0\0\x03", b"GET "])
def test_what_cannot_begin_a_packet(octets: bytes) -> None:
    with pytest.raises(Malformed):
        list(Splitter().feed(octets))


def test_reserved_bits_of_the_length_count_nothing() -> None:
    assert [each.body for each in Splitter().feed(b"\x10\x01\xf0\x06ab")] == [b"ab"]


def test_a_body_that_fits_into_no_packet_is_our_mistake() -> None:
    assert len(framed(bytes(LONGEST - 4), is_control=False)) == LONGEST
    with pytest.raises(ValueError, match="longer"):
        framed(bytes(LONGEST - 3), is_control=False)
