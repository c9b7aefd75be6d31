"""Class tokens tie a session to a service of one schema."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from radius import token


@pytest.fixture
def other_keys() -> Iterator[None]:
    """Keys of another installation, put back afterwards."""
    before = token._keys
    yield
    token.use(before)


schemas = st.text(st.characters(categories=["Ll", "Nd"]), min_size=1, max_size=20)


@given(schemas, st.integers(1, 10**17))
def test_a_token_names_its_service_to_its_schema_only(schema: str, service_id: int) -> None:
    issued = token.issue(schema, service_id)
    assert len(issued) <= 253
    assert token.service_of(issued, schema) == service_id
    assert token.service_of(issued, schema + "x") is None
    assert token.is_foreign(issued, schema + "x")


def test_a_changed_number_is_not_ours() -> None:
    issued = token.issue("isp_demo", 5).replace(b".5.", b".6.")
    assert token.service_of(issued, "isp_demo") is None


@given(st.binary(max_size=60))
def test_what_is_no_token_is_nobodys(octets: bytes) -> None:
    assert token.service_of(octets, "isp_demo") is None
    assert not token.is_foreign(octets, "isp_demo")


@pytest.mark.parametrize("level", ["", "s1", "g:ended", "g:suspended"])
def test_a_token_says_what_the_session_was_let_in_to(level: str) -> None:
    issued = token.issue("isp_demo", 5, level)
    assert token.level_of(issued) == level
    assert token.service_of(issued, "isp_demo") == 5
    assert token.is_foreign(issued, "isp_other")


def test_what_is_no_token_says_nothing() -> None:
    assert [token.level_of(each) for each in (b"", b"km2.5.0123456789abcdef.S1", b"x")] == ["", "", ""]


def test_nobody_without_our_key_can_make_a_token(other_keys: None) -> None:
    token.use([b"another installation"])
    forged = token.issue("isp_demo", 5)
    token.use([b"ours"])
    assert token.service_of(forged, "isp_demo") is None
    assert token.is_foreign(forged, "isp_demo")


def test_a_token_under_an_old_key_still_counts(other_keys: None) -> None:
    token.use([b"old"])
    issued = token.issue("isp_demo", 5, "s1")
    token.use([b"new", b"old"])
    assert token.service_of(issued, "isp_demo") == 5
    assert token.issue("isp_demo", 5, "s1") != issued


def test_what_a_session_was_let_in_to_is_signed_too() -> None:
    assert token.service_of(token.issue("isp_demo", 5, "s1").replace(b".s1", b".s2"), "isp_demo") is None


def test_the_service_keys_are_in_use() -> None:
    assert len(token._keys) == 1 + len(settings.SECRET_KEY_FALLBACKS)
