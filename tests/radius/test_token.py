"""Class tokens tie a session to a service of one schema."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radius import token

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
    assert [token.level_of(each) for each in (b"", b"km1.5.0123456789abcdef.S1", b"x")] == ["", "", ""]
