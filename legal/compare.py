"""What differs between two versions, section by section and line by line (pure)."""

import difflib
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """kind is 'same', 'add' or 'del'."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A section with its lines; changed is False when the texts are equal."""

    number: str
    title: str
    lines: tuple[Line, ...]
    changed: bool


def lines(section: dict[str, Any]) -> list[str]:
    """A section as lines, » before points."""
    points = [f"» {point}" for point in section.get("points", [])]
    return [section["title"], *section.get("paragraphs", []), *points, *section.get("closing", [])]


def compare(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[Change]:
    """Changes from old to new; sections are matched by number, removed ones come last."""
    before = {section["number"]: section for section in old}
    after = {section["number"]: section for section in new}
    changes = []
    for number in [*after, *(number for number in before if number not in after)]:
        left = lines(before[number]) if number in before else []
        right = lines(after[number]) if number in after else []
        marks = [
            Line({" ": "same", "-": "del", "+": "add"}[mark[0]], mark[2:])
            for mark in difflib.ndiff(left, right)
            if mark[0] in " -+"
        ]
        title = (after.get(number) or before[number])["title"]
        changes.append(Change(number, title, tuple(marks), changed=left != right))
    return changes
