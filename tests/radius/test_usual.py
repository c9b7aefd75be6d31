"""The short way to a request says the same as the long one, and is taken only where nothing can be odd."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radius import reading
from radius.events import AccessRequest, Nas, Port
from radius.packet import Packet, parse
from radius.seal import Seal
from radius.shape import KNOWN, Shape
from radius.usual import access_request
from radius.wire import read
from tests.radius.vectors import RA, SECRET, attribute, build

SEAL, SOURCE = Seal(SECRET), ("10.0.0.1", 40_000)
NAS = Nas("isp_demo", 1, "10.0.0.1", SECRET)
USER, NAS_ID = attribute(1, b"nemo"), attribute(32, b"hotel")
PAP = attribute(2, SEAL.hide(b"arctangent", RA))
CHAP = attribute(3, bytes(17))


def shaped(datagram: bytes) -> Packet:
    """The packet as it is when its shape is known."""
    seen = parse(datagram)
    shape = Shape(seen.octets, seen.attributes, seen.seal_at)
    return Packet(seen.octets, None, seen.seal_at, shape, shape.unpack(seen.octets))


ASKED, ANSWERED = (
    attribute(26, b"\0\0\1\x37" + attribute(kind, bytes(size))) for kind, size in ((11, 16), (25, 50))
)


def short(body: bytes) -> AccessRequest | None:
    return access_request(shaped(build(1, 7, body, RA)), NAS, SOURCE, SEAL, frozenset(reading._SINGLE))


def long(body: bytes) -> AccessRequest:
    return reading.read_access(parse(build(1, 7, body, RA)), NAS, SOURCE, SEAL)


@pytest.mark.parametrize(
    "more",
    [
        b"",
        attribute(31, b"aa-bb-cc-00-00-01") + attribute(44, b"80a00001") + attribute(8, bytes((10, 0, 0, 9))),
        attribute(6, bytes((0, 0, 0, 2))) + attribute(61, bytes((0, 0, 0, 15))) + attribute(87, b"ether1"),
        attribute(4, bytes(4)) + attribute(5, bytes(4)) + attribute(30, b"hs\\1") + attribute(24, b"state"),
        attribute(80, bytes(16)) + attribute(26, b"\0\0\x3a\x8c\x0a\x06abcd") + attribute(25, b"a") * 2,
        attribute(31, b"") + attribute(44, b"") + attribute(87, b"\xff\x01"),
    ],
)
@pytest.mark.parametrize(
    "password",
    [
        PAP,
        CHAP,
        CHAP + attribute(60, b"challenge-of-16-"),
        attribute(2, bytes(128)),
        ASKED + ANSWERED,
        ANSWERED + ASKED,
    ],
)
def test_usual_requests_take_the_short_way(password: bytes, more: bytes) -> None:
    body = USER + password + NAS_ID + more
    assert short(body) is not None
    assert short(body) == long(body)


@pytest.mark.parametrize(
    "body",
    [
        USER + NAS_ID,
        USER + PAP + CHAP + NAS_ID,
        PAP + NAS_ID,
        USER + PAP,
        USER * 2 + PAP + NAS_ID,
        USER + PAP + NAS_ID + attribute(33, b"proxy"),
        USER + PAP + NAS_ID + attribute(79, b"\2\1\0\4"),
        USER + PAP + NAS_ID + attribute(6, b"\2"),
        USER + PAP + NAS_ID + attribute(24, b""),
        USER + attribute(2, bytes(15)) + NAS_ID,
        USER + attribute(2, bytes(144)) + NAS_ID,
        USER + attribute(3, bytes(16)) + NAS_ID,
        USER + PAP + NAS_ID + attribute(26, b"\0\0\1\x37\x0b\x12" + bytes(16)),
        USER + PAP + NAS_ID + ASKED + ANSWERED,
        USER + NAS_ID + ASKED,
        USER + NAS_ID + ASKED * 2,
        USER + NAS_ID + ASKED * 2 + ANSWERED,
        USER + NAS_ID + ASKED + ANSWERED * 2,
        USER + NAS_ID + ASKED + ANSWERED[:-1].replace(b"\x34", b"\x33").replace(b"\x3a", b"\x39"),
        USER + NAS_ID + ASKED + attribute(26, b"\0\0\1\x37" + attribute(1, bytes(50))),
    ],
)
def test_others_take_the_long_way(body: bytes) -> None:
    assert short(body) is None


KINDS = st.sampled_from([1, 2, 3, 4, 5, 6, 8, 24, 25, 26, 30, 31, 32, 33, 44, 60, 61, 79, 80, 87, 200])
VALUES = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([bytes(4), bytes(16), bytes(17), ASKED[2:], ANSWERED[2:]]),
)


@given(st.lists(st.tuples(KINDS, VALUES), max_size=9))
def test_whatever_comes_both_ways_agree(attributes: list[tuple[int, bytes]]) -> None:
    body = b"".join(attribute(kind, bytes(16) if kind == 80 else value) for kind, value in attributes[:1])
    body += b"".join(attribute(kind, value) for kind, value in attributes[1:] if kind != 80)
    found = short(body)
    assert found is None or found == long(body)
    seen = parse(build(1, 7, body, RA))
    assert reading.read_access(shaped(seen.octets), NAS, SOURCE, SEAL) == long(body)
    assert shaped(seen.octets).attributes == seen.attributes


def test_only_who_signs_teaches_a_shape() -> None:
    body = USER + PAP + NAS_ID + attribute(44, b"a length that no other test has")
    forged = build(1, 7, body + attribute(80, bytes(16)), RA)
    read(forged, NAS, SOURCE, Port.AUTH, 0.0)
    assert KNOWN.find(forged) is None
    signed = SEAL.access_request(1, 7, RA, body)
    first, again = (read(signed, NAS, SOURCE, Port.AUTH, 0.0) for _ in range(2))
    assert KNOWN.find(signed) is not None
    assert first == again
