"""MS-CHAPv2 or nothing; the router's own address or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.sstp import ppp
from kmikro.lib.sstp.options import MTU, AddressOptions, LinkOptions

HUB, OWN = bytes((10, 99, 0, 1)), bytes((10, 99, 0, 7))


def link() -> LinkOptions:
    drawn = iter(range(1, 200))
    return LinkOptions(lambda many: bytes((next(drawn),)) * many)


def address() -> AddressOptions:
    return AddressOptions("10.99.0.1", "10.99.0.7")


def test_ms_chap_2_is_asked_for_until_the_end() -> None:
    ours = link()
    assert (3, b"\xc2\x23\x81") in ours.wanted()
    assert ours.refused(ppp.REJECT, [(1, b"\x05\xdc"), (5, b"")])
    assert ours.wanted() == [(3, b"\xc2\x23\x81")]
    assert ours.refused(ppp.NAK, [(3, b"\xc0\x23")])
    assert ours.wanted() == [(3, b"\xc2\x23\x81")], "nobody signs in by PAP"
    assert not ours.refused(ppp.REJECT, [(3, b"\xc2\x23\x81")])


def test_options_of_routers_are_taken_and_others_rejected() -> None:
    usual = [(1, b"\x05\xdc"), (2, bytes(4)), (5, b"abcd"), (7, b""), (8, b"")]
    assert link().judged(usual) == (ppp.ACK, usual)
    strange = [(3, b"\xc0\x23"), (17, b"\x05\xdc"), (19, b"x"), (13, b"\6"), (1, b"\x05")]
    assert link().judged(usual + strange) == (ppp.REJECT, strange)
    assert link().judged([(1, (MTU - 1).to_bytes(2, "big"))]) == (ppp.NAK, [(1, MTU.to_bytes(2, "big"))])


def test_a_line_that_loops_is_noticed() -> None:
    ours = link()
    code, answer = ours.judged([(5, ours.magic)])
    assert code == ppp.NAK
    assert answer != [(5, ours.magic)]
    before = ours.magic
    assert ours.refused(ppp.NAK, [(5, b"zzzz")])
    assert ours.magic != before


@pytest.mark.parametrize(
    "asked", [[], [(3, bytes(4))], [(3, HUB)], [(3, bytes((10, 99, 0, 8)))], [(3, OWN), (3, OWN)]]
)
def test_a_router_is_given_its_own_address(asked: list[tuple[int, bytes]]) -> None:
    assert address().judged(asked) == (ppp.NAK, [(3, OWN)])
    assert address().judged([(3, OWN)]) == (ppp.ACK, [(3, OWN)])


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=8)), max_size=6))
def test_no_other_address_is_ever_taken(asked: list[tuple[int, bytes]]) -> None:
    code, _ = address().judged(asked)
    assert (code == ppp.ACK) is (asked == [(3, OWN)])


def test_name_servers_and_compression_are_rejected() -> None:
    asked = [(3, OWN), (2, b"\0\x2d\x0f\1"), (129, bytes(4)), (131, bytes(4))]
    assert address().judged(asked) == (ppp.REJECT, asked[1:])


def test_the_hub_has_its_address_or_is_not_told() -> None:
    ours = address()
    assert ours.wanted() == [(3, HUB)]
    assert not ours.refused(ppp.NAK, [(3, OWN)])
    assert ours.refused(ppp.REJECT, [(3, HUB)])
    assert ours.wanted() == []
