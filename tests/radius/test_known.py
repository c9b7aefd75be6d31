"""What is shared by the services of a plan, and that everything known of a service can be packed."""

from __future__ import annotations

from dataclasses import fields

from radius.known import Facts, Live
from tests.radius.fakes import facts

PACKABLE = {
    *("int", "float", "str", "bool", "bytes", "float | None", "int | None", "bytes | None"),
    *("tuple[Live, ...]", "frozenset[int] | None", "PlanFacts"),
    *("tuple[float, ...]", "tuple[tuple[float | str, ...], ...]", "tuple[str, ...]", "frozenset[str]"),
}


def test_everything_known_of_a_service_is_of_a_kind_that_packs() -> None:
    assert {each.type for known in (Facts, Live) for each in fields(known)} <= PACKABLE


def test_no_secret_is_shown() -> None:
    shown = repr(facts(secret=b"arctangent", nt_hash=b"0123456789abcdef"))
    assert "arctangent" not in shown
    assert "0123456789abcdef" not in shown
    assert "nemo" in shown
