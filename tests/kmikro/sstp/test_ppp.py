"""PPP frames with every head that RFC 1661 and RFC 1662 allow, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.sstp import Malformed, ppp
from kmikro.lib.sstp.ppp import Packet


@given(st.sampled_from([ppp.IP, ppp.IPCP, ppp.LCP, ppp.CHAP]), st.binary(max_size=1500))
def test_what_we_send_we_can_read(protocol: int, payload: bytes) -> None:
    whole = ppp.closed(protocol, payload)
    assert whole[:2] == b"\x10\x00"
    assert ppp.opened(whole[4:]) == (protocol, payload)


@pytest.mark.parametrize("head", ["ff030021", "ff0321", "0021", "21"])
def test_heads_may_be_compressed(head: str) -> None:
    assert ppp.opened(bytes.fromhex(head) + b"payload") == (ppp.IP, b"payload")


@pytest.mark.parametrize("body", ["", "ff03", "c0", "ff03c0", "c020", "ff030020"])
def test_frames_without_a_protocol(body: str) -> None:
    with pytest.raises(Malformed):
        ppp.opened(bytes.fromhex(body))


def test_padding_is_cut_off() -> None:
    assert ppp.read(b"\x01\x02\x00\x05a" + b"padding") == Packet(1, 2, b"a")
    for short in (b"", b"\x01\x02\x00", b"\x01\x02\x00\x03", b"\x01\x02\x00\x09a"):
        with pytest.raises(Malformed):
            ppp.read(short)


OPTIONS = st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=20)), max_size=8)


@given(OPTIONS)
def test_options_come_back_as_they_were(chosen: list[tuple[int, bytes]]) -> None:
    assert ppp.options(ppp.joined(chosen)) == chosen


@given(st.binary(max_size=100))
def test_whatever_comes_is_read_or_malformed(octets: bytes) -> None:
    for read in (ppp.opened, ppp.read, ppp.options):
        try:
            read(octets)
        except Malformed:
            pass


@given(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=80))
def test_packets_come_back_as_they_were(code: int, ident: int, data: bytes) -> None:
    assert ppp.read(ppp.written(Packet(code, ident, data))) == Packet(code, ident, data)
