"""One reversible spelling of octets as text that databases, logs and pages can hold."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\x([0-9a-f]{2})")


def _keep(character: str) -> str:
    if character.isprintable() and character != "\\":
        return character
    return "".join(f"\\x{octet:02x}" for octet in character.encode("utf-8", "surrogateescape"))


def spell(octets: bytes) -> str:
    r"""Spell octets as printable text; different octets never share a spelling.

    Anything that is not printable UTF-8 (controls, NUL, direction overrides, broken sequences) and the
    backslash itself become `\xNN`, so ordinary names and session ids read as they are.
    """
    text = octets.decode("utf-8", "surrogateescape")
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return "".join(map(_keep, text))


def unspell(text: str) -> bytes:
    """Give back the octets that `spell` was given."""
    parts = _ESCAPE.split(text)
    return b"".join(
        bytes([int(part, 16)]) if index % 2 else part.encode("utf-8") for index, part in enumerate(parts)
    )
