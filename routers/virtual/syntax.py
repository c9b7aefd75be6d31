"""The parts a RouterOS script is made of once it is read."""

from dataclasses import dataclass
from typing import Union


class BadScript(Exception):
    """The text cannot be read; says where as routers do."""


@dataclass(frozen=True)
class Text:
    """A literal; `bare` means it stood without quotes."""

    value: str
    bare: bool = False


@dataclass(frozen=True)
class Variable:
    """`$name`."""

    name: str


@dataclass(frozen=True)
class Join:
    """Pieces that make one string."""

    parts: tuple["Value", ...]


@dataclass(frozen=True)
class Sub:
    """`[command]`."""

    body: tuple["Statement", ...]


@dataclass(frozen=True)
class Block:
    """`{...}` with its text, since some arguments want the text itself."""

    body: tuple["Statement", ...]
    source: str


@dataclass(frozen=True)
class Operation:
    """An operator with one or two operands."""

    sign: str
    left: "Value"
    right: Union["Value", None] = None


Value = Text | Variable | Join | Sub | Block | Operation


@dataclass(frozen=True)
class Argument:
    """A word of a command: positional, `key=value`, or a condition `key~value`."""

    key: str | None
    sign: str
    value: Value


@dataclass(frozen=True)
class Statement:
    """One command with the place where it starts."""

    words: tuple[Argument, ...]
    line: int
    column: int
