"""`where` conditions of find and print in the console."""

from collections.abc import Sequence
from typing import Protocol

from routers.virtual.language import OPERATORS, Data, as_text, truth
from routers.virtual.syntax import Argument, Operation, Text, Value
from routers.virtual.tree import Row


class Evaluator(Protocol):
    """Who can work out the value beside the operator."""

    def value(self, value: Value) -> Data:
        """Work out a value."""


def hits(console: Evaluator, row: Row, terms: Sequence[Argument]) -> bool:
    """All terms of a group hold; groups are separated by `or`."""
    group = True
    for term in terms:
        if term.key is None and isinstance(term.value, Text) and term.value.bare:
            if term.value.value in ("or", "||"):
                if group:
                    return True
                group = True
                continue
            if term.value.value in ("and", "&&"):
                continue
        group = group and _term(console, row, term)
    return group


def _term(console: Evaluator, row: Row, term: Argument) -> bool:
    if term.key is not None:
        return _compare(row.get(term.key), term.sign, console.value(term.value))
    if isinstance(term.value, Text):
        name = term.value.value
        return not _flag(row, name[1:]) if name.startswith("!") else _flag(row, name)
    return truth(_expression(console, row, term.value))


def _flag(row: Row, name: str) -> bool:
    return row.get(name, "false") not in ("false", "")


def _compare(have: str | None, sign: str, wanted: Data) -> bool:
    if have is None:
        empty = as_text(wanted) in ("", "no", "false")
        return {"=": empty, "!=": not empty}.get(sign, False)
    return truth(OPERATORS[sign](have, wanted))


def _expression(console: Evaluator, row: Row, value: Value) -> Data:
    if not isinstance(value, Operation):
        return (
            row.get(value.value, value.value)
            if isinstance(value, Text) and value.bare
            else console.value(value)
        )
    left, right = value.left, value.right
    if right is None:
        return not truth(_expression(console, row, left))
    if value.sign in ("&&", "and"):
        return truth(_expression(console, row, left)) and truth(_expression(console, row, right))
    if value.sign in ("||", "or"):
        return truth(_expression(console, row, left)) or truth(_expression(console, row, right))
    if isinstance(left, Text) and left.bare:
        return _compare(row.get(left.value), value.sign, console.value(right))
    return OPERATORS[value.sign](_expression(console, row, left), _expression(console, row, right))
