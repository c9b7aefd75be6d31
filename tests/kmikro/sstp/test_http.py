"""The request of SSTP however it was cut, and no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.sstp import Malformed, http
from tests.kmikro.sstp.router import HELLO


@given(st.integers(1, len(HELLO) - 1), st.binary(max_size=50))
def test_wherever_it_was_cut(at: int, rest: bytes) -> None:
    request = http.Request()
    assert request.feed(HELLO[:at]) is None
    assert request.feed(HELLO[at:] + rest) == rest


@pytest.mark.parametrize(
    "octets",
    [
        b"GET / HTTP/1.1\r\nHost: hub.example\r\n\r\n",
        HELLO.replace(b"1.1\r", b"1.0\r", 1),
        HELLO.replace(b"/sra_", b"/srb_"),
        HELLO.replace(b"SSTP_DUPLEX_POST", b"SSTP_DUPLEX_PUT"),
        b"\x16\x03\x01",
        HELLO[:-2] + b"X: " + b"x" * 5000,
        HELLO[:-2] + b"X: " + b"x" * 5000 + b"\r\n\r\n",
        b"\r\n\r\n",
    ],
)
def test_any_other_request_is_refused(octets: bytes) -> None:
    with pytest.raises(Malformed):
        http.Request().feed(octets)


@given(st.lists(st.binary(max_size=60), max_size=10))
def test_whatever_comes_is_waited_for_or_malformed(pieces: list[bytes]) -> None:
    request = http.Request()
    try:
        for piece in pieces:
            assert request.feed(piece) is None
    except Malformed:
        pass
