"""Strict parsing: lengths, padding, limits, vendor attributes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radius.packet import Malformed, Packet, parse, vendor_attributes
from tests.radius.vectors import G1, H1, H2, H3, H4, H6A, RA, RFC_STATE_MISPRINT, attribute, build, octets


def reason(datagram: bytes) -> str:
    with pytest.raises(Malformed) as caught:
        parse(datagram)
    return str(caught.value)


@pytest.mark.parametrize(
    ("datagram", "why"),
    [
        (b"", "short"),
        (octets("01000013") + bytes(range(15)), "short"),
        (octets("01000064") + RA, "length"),
        (octets("01000013") + RA, "length"),
        (octets("01001001") + RA + bytes(4077), "oversize"),
        (bytes(65_507), "oversize"),
        (build(1, 1, octets("0100")), "attribute_length"),
        (build(1, 1, octets("0101")), "attribute_length"),
        (build(1, 1, octets("0002")), "attribute_length"),
        (build(1, 1, octets("ff")), "attribute_header"),
        (H4, "attribute_length"),
        (RFC_STATE_MISPRINT, "attribute_length"),
        (build(1, 1, octets("1202") * 2038), "too_many_attributes"),
        (build(1, 1, attribute(80, bytes(16)) * 2), "message_authenticator"),
        (build(1, 1, attribute(80, bytes(0))), "message_authenticator"),
        (build(1, 1, attribute(80, bytes(15))), "message_authenticator"),
        (build(1, 1, attribute(80, bytes(17))), "message_authenticator"),
        (build(1, 1, octets("5005000000")), "message_authenticator"),
    ],
)
def test_a_broken_datagram_is_named_by_what_breaks_it(datagram: bytes, why: str) -> None:
    assert reason(datagram) == why


def test_octets_after_length_are_padding() -> None:
    assert parse(G1 + bytes(4)) == parse(G1)
    assert parse(G1 + bytes(4)).octets == G1


def test_the_largest_packet_and_128_attributes_are_read() -> None:
    body = attribute(18, bytes(253)) * 15 + attribute(18, bytes(249))
    assert len(build(1, 1, body)) == 4096
    assert len(parse(build(1, 1, body)).attributes) == 16
    assert len(parse(build(1, 1, octets("1202") * 128)).attributes) == 128


def test_the_place_of_the_message_authenticator_is_known() -> None:
    assert parse(G1).seal_at == 22
    assert parse(H6A).seal_at == len(H6A) - 16
    assert parse(H1).seal_at is None
    inside_a_vendor = build(1, 1, attribute(26, octets("00003a8c") + attribute(80, bytes(16))))
    assert parse(inside_a_vendor).seal_at is None


@pytest.mark.parametrize("datagram", [H1, H2, H3])
def test_a_vendor_attribute_that_goes_nowhere_is_opaque(datagram: bytes) -> None:
    packet = parse(datagram)
    assert [vendor_attributes(value) for _, value in packet.attributes] == [[]]


def test_vendor_attributes_are_walked() -> None:
    value = octets("00003a8c") + attribute(8, b"1M/2M") + attribute(3, b"")
    assert vendor_attributes(value) == [(14988, 8, b"1M/2M"), (14988, 3, b"")]
    for stub in (b"", b"\0", b"\0\0\0", octets("01003a8c0802"), octets("00003a8c")):
        assert vendor_attributes(stub) == []


@given(st.binary(max_size=300))
def test_any_octets_are_read_or_named(datagram: bytes) -> None:
    try:
        packet = parse(datagram)
    except Malformed as why:
        assert str(why)
    else:
        assert isinstance(packet, Packet)
        laid_out = b"".join(attribute(kind, value) for kind, value in packet.attributes)
        assert packet.octets == datagram[:20] + laid_out
