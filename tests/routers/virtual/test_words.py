"""Length coding and sentences."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routers.virtual.words import (
    MAX_WORD_BEFORE_LOGIN,
    Unreadable,
    encode_length,
    encode_sentence,
    parse_request,
    read_length,
    read_sentence,
)


def reader(raw: bytes) -> Callable[[int], bytes]:
    at = 0

    def read(count: int) -> bytes:
        nonlocal at
        at += count
        if at > len(raw):
            raise EOFError
        return raw[at - count : at]

    return read


@pytest.mark.parametrize(
    ("length", "raw"),
    [
        (0x7F, b"\x7f"),
        (0x80, b"\x80\x80"),
        (0x3FFF, b"\xbf\xff"),
        (0x4000, b"\xc0\x40\x00"),
        (0x200000, b"\xe0\x20\x00\x00"),
        (0x10000000, b"\xf0\x10\x00\x00\x00"),
    ],
)
def test_lengths_take_one_to_five_bytes(length: int, raw: bytes) -> None:
    assert encode_length(length) == raw
    assert read_length(reader(raw)) == length


def test_control_bytes_end_the_connection() -> None:
    with pytest.raises(Unreadable):
        read_length(reader(b"\xf8"))


@given(st.lists(st.text(min_size=1, max_size=300), max_size=20))
def test_sentences_survive_the_wire(words: list[str]) -> None:
    words = [w.encode("utf-8", "surrogatepass").decode("utf-8", "surrogateescape") for w in words]
    assert read_sentence(reader(encode_sentence(words)), logged_in=True) == words


def test_long_words_are_refused_before_login_only() -> None:
    raw = encode_sentence(["x" * (MAX_WORD_BEFORE_LOGIN + 1)])
    with pytest.raises(Unreadable):
        read_sentence(reader(raw), logged_in=False)
    assert len(read_sentence(reader(raw), logged_in=True)[0]) == MAX_WORD_BEFORE_LOGIN + 1


def test_requests_are_taken_apart() -> None:
    request = parse_request(
        ["/ip/pool/set", "=.id=*1", "=name=a=b", "?name=x", ".tag=7", "=.proplist=.id,name"]
    )
    assert (request.path, request.verb, request.tag) == ("/ip/pool", "set", "7")
    assert request.args == {".id": "*1", "name": "a=b"}
    assert request.proplist == [".id", "name"]
    assert request.queries == ["?name=x"]
