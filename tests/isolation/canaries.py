"""Texts that give away whose row they came from, and a search that finds them through any formatting."""

import re
import zlib
from collections.abc import Iterable

LONGEST_LABEL = 6  # characters of the digest that stands for model and field where the whole text has no room
# The signed-in person's own name and the ISP's own name stand in the frame of every page.
FRAME = ("ACCOUNTSUSER", "TENANTSISP", "TENANTSDOMAIN")


def canary(side: str, label: str, field: str, pk: int, longest: int | None = None) -> str:
    """CANARY-<side>-<model>-<field>-<pk>, or a short form of it that fits into `longest` characters."""
    whole = f"CANARY-{side}-{label}-{field}-{pk}"
    if longest is None or len(whole) <= longest:
        return whole
    digest = f"{zlib.crc32(whole.encode()):08x}"[:LONGEST_LABEL]
    short = f"CANARY-{side}-{digest}"
    if len(short) > longest:
        short = f"CANARY{side}{digest}"[:longest]
    return short


def squeezed(content: bytes) -> str:
    """The text without what pages put between characters: a code shown as ABCD-EFGH is still that code."""
    return re.sub(r"[^A-Z0-9/:=<>\"']", "", content.decode("utf-8", "replace").upper())


def found(content: bytes, side: str) -> list[str]:
    """Every canary of the side in the bytes, each once."""
    return sorted(set(re.findall(rf"CANARY{side}[A-Z0-9]{{0,40}}", squeezed(content))))


def of_rows(marks: Iterable[str], side: str) -> list[str]:
    """The canaries that come from the ISP's work, not from the frame of a page."""
    start = len(f"CANARY{side}")
    return [mark for mark in marks if not mark[start:].startswith(FRAME)]
