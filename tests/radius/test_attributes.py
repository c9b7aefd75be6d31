"""The dictionary of our own: numbers of the RFCs, and encoding in the order given."""

from __future__ import annotations

import pytest

from radius.attributes import encode, integer_head, number
from tests.radius import vectors as v


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("User-Name", 1),
        ("State", 24),
        ("Class", 25),
        ("Session-Timeout", 27),
        ("Acct-Session-Id", 44),
        ("Acct-Input-Gigawords", 52),
        ("Acct-Output-Gigawords", 53),
        ("Message-Authenticator", 80),
        ("Acct-Interim-Interval", 85),
        ("NAS-Port-Id", 87),
        ("Error-Cause", 101),
        ("Mikrotik-Rate-Limit", 8),
        ("Mikrotik-Total-Limit", 17),
        ("Mikrotik-Total-Limit-Gigawords", 18),
        ("MS-CHAP2-Response", 25),
    ],
)
def test_numbers(name: str, kind: int) -> None:
    assert number(name) == kind


def test_encoding() -> None:
    octets = encode([("Session-Timeout", 3600), ("Mikrotik-Rate-Limit", "5M/10M"), ("Class", b"\xff\0")])
    assert octets == v.whole(27, 3600) + v.vendor(14988, 8, b"5M/10M") + v.attribute(25, b"\xff\0")


@pytest.mark.parametrize(
    ("name", "whole"),
    [
        ("Session-Timeout", v.whole(27, 3600)),
        ("Mikrotik-Total-Limit", v.vendor(14988, 17, (3600).to_bytes(4, "big"))),
    ],
)
def test_heads(name: str, whole: bytes) -> None:
    assert integer_head(name) + (3600).to_bytes(4, "big") == whole == encode([(name, 3600)])
