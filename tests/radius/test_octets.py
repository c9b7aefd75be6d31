"""Spelling octets: what may be stored, shown and sent back."""

from __future__ import annotations

import pytest

from radius.octets import spell, unspell


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"", ""),
        (b"K7QM-2XWP", "K7QM-2XWP"),
        ("Añó 网".encode(), "Añó 网"),
        (b"a\\b", "a\\x5cb"),
        (b"bob\nAccept", "bob\\x0aAccept"),
        (b"\xff\xfe\xfd", "\\xff\\xfe\\xfd"),
        (b"\xc3", "\\xc3"),
        ("\u200b".encode(), "\\xe2\\x80\\x8b"),
    ],
)
def test_spelling(octets: bytes, text: str) -> None:
    assert spell(octets) == text
    assert unspell(text) == octets


def test_every_octet_has_its_own_spelling() -> None:
    spelled = {spell(bytes((octet,))) for octet in range(256)}
    assert len(spelled) == 256
