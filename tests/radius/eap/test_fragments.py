"""TLS in pieces: what fits goes whole, what lies about its length goes nowhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radius.eap.fragments import LARGEST, PIECE, Incoming, Outgoing
from radius.eap.framing import Malformed


def test_a_message_comes_whole_with_and_without_its_length() -> None:
    incoming = Incoming()
    assert incoming.take(b"\0hello") == b"hello"
    assert incoming.take(b"\x80\0\0\0\x05hello") == b"hello"
    assert incoming.take(b"\0") == b""
    assert incoming.take(b"\x80\0\0\0\0") == b""


def test_pieces_are_put_together_and_the_next_message_begins_anew() -> None:
    incoming = Incoming()
    for _ in range(2):
        assert incoming.take(b"\xc0\0\0\0\x0bhello") is None
        assert incoming.take(b"\x40 wor") is None
        assert incoming.take(b"\0ld") == b"hello world"
    assert incoming.take(b"\xc0\0\0\0\x02a") is None
    assert incoming.take(b"\x80\0\0\0\x02b") == b"ab", "the length may be said again"


@pytest.mark.parametrize(
    "pieces",
    [
        [""],  # no flags
        ["01"],  # another version
        ["20"],  # Start
        ["80"],
        ["80000000"],  # a length cut off
        ["8000000005 68"],  # shorter than announced
        ["8000000001 6868"],  # longer
        ["4068"],  # a first piece without length
        ["c000000002"],  # empty, and more to come
        ["c000010001 68"],  # longer than any
        ["c0ffffffff 68"],
        ["c000000004 68", "40"],
        ["c000000004 68", "4068686868"],
        ["c000000004 68", "0068"],
        ["c000000004 68", "c000000005 68"],
        ["c000000004 68", "8000000002 68"],
    ],
)
def test_what_lies_about_itself_is_malformed(pieces: list[str]) -> None:
    incoming = Incoming()
    with pytest.raises(Malformed):
        for each in pieces:
            incoming.take(bytes.fromhex(each))


@given(st.lists(st.binary(max_size=24), max_size=12))
def test_any_octets_are_taken_or_malformed_and_never_too_many(pieces: list[bytes]) -> None:
    incoming = Incoming()
    for each in pieces:
        try:
            whole = incoming.take(each)
        except Malformed:
            return
        assert whole is None or len(whole) <= LARGEST


@given(st.binary(min_size=0, max_size=5 * PIECE))
def test_ours_arrive_as_they_were_and_are_small(message: bytes) -> None:
    outgoing, incoming = Outgoing(), Incoming()
    piece = outgoing.put(message)
    whole = incoming.take(piece)
    while outgoing:
        assert whole is None
        assert len(piece) <= PIECE + 5
        piece = outgoing.next()
        whole = incoming.take(piece)
    assert whole == message
