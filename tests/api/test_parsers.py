"""JSON that means two things, or nothing, is refused quickly."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from api.parsers import LARGEST_BODY, read

BAD = [
    b"",
    b"{",
    b"[1,]",
    b'{"a":1,"a":2}',
    b'{"b":{"a":1,"a":1}}',
    b"NaN",
    b"[Infinity]",
    b"[-Infinity]",
    b"1e400",
    b"-0",
    b"1234567890123456789",
    b"9" * 5000,
    b'"\\ud800"',
    b'{"\\udfff":1}',
    b'"\\u0000"',
    b"\xef\xbb\xbf{}",
    '{"a":1}'.encode("utf-16"),
    "é".encode("latin-1"),
    b"+AHs-+AH0-",
    b"[" * 100_000,
    b"[" * 100_000 + b"]" * 100_000,
    b'{"a":' * 20 + b"1" + b"}" * 20,
    b" " * (LARGEST_BODY + 1),
]


@pytest.mark.parametrize("octets", BAD, ids=range(len(BAD)))
def test_refused(octets: bytes) -> None:
    with pytest.raises(ParseError):
        read(octets)


@pytest.mark.parametrize(
    "value", [{}, {"a": [1, -5, 2.5, None, True, "é \U0001f600"]}, 10**18 - 1, [[[[1]]]], {"": ""}]
)
def test_read(value: Any) -> None:
    assert read(json.dumps(value).encode()) == value


def test_a_large_body_is_refused_by_the_door(token_for: Callable[..., Any]) -> None:
    program = token_for()
    started = time.monotonic()
    answer = program.generic(
        "POST",
        "/api/v1/plans/",
        b'{"name":"' + b"x" * 2 * LARGEST_BODY + b'"}',
        content_type="application/json",
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "body_too_large")
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    ("body", "status"),
    [(b'{"name":"a","name":"b"}', 400), (b"[]", 400), (b'"text"', 400), (b"null", 400), (b"1", 400)],
)
def test_the_door_refuses_what_is_no_object(token_for: Callable[..., Any], body: bytes, status: int) -> None:
    answer = token_for().generic("POST", "/api/v1/plans/", body, content_type="application/json")
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_other_charsets_are_refused(token_for: Callable[..., Any]) -> None:
    answer = token_for().generic(
        "POST", "/api/v1/plans/", b"{}", content_type="application/json; charset=utf-7"
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_json")


LETTERS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
NUMBERS = st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | LETTERS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(LETTERS, inner, max_size=3),
    max_leaves=10,
)


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_whatever_is_sane_is_read_as_it_was_meant(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, ensure_ascii=False)):
        assert read(text.encode()) == value


@given(st.binary(max_size=40))
@settings(max_examples=300, deadline=None)
def test_whatever_comes_is_read_or_refused(octets: bytes) -> None:
    try:
        read(octets)
    except ParseError as error:
        assert str(error.detail)
