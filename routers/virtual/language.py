"""Values of the RouterOS script language and what operators and small built-in commands make of them."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

from routers.virtual.traps import Trap

Data = (
    Any  # a script value is text, number, truth, a list, a record or nothing; the language itself is untyped
)


def literal(word: str) -> Data:
    """A word without quotes: numbers and truth words are what they look like."""
    if word in ("true", "yes"):
        return True
    if word in ("false", "no"):
        return False
    if re.fullmatch(r"-?\d+", word):
        return int(word)
    return word


def as_text(value: Data) -> str:
    """How a value looks as a string."""
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return ";".join(f"{key}={as_text(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ";".join(as_text(item) for item in value)
    return str(value)


def length(value: Data) -> int:
    """Letters of a string, members of a list; nothing has none."""
    if value is None:
        return 0
    if isinstance(value, (list, Mapping)):
        return len(value)
    return len(as_text(value))


def truth(value: Data) -> bool:
    """A condition must be a truth value."""
    if isinstance(value, bool):
        return value
    if value in ("true", "yes"):
        return True
    if value in ("false", "no", None, ""):
        return False
    raise Trap("conditional not boolean")


def equal(left: Data, right: Data) -> bool:
    """Equality across kinds, as a router compares `5` with the text of a property."""
    if left is None or right is None:
        return as_text(left) == as_text(right)
    if isinstance(left, bool) or isinstance(right, bool):
        spell = {"yes": "true", "no": "false"}
        first, second = as_text(left), as_text(right)
        return spell.get(first, first) == spell.get(second, second)
    return as_text(left) == as_text(right)


def _number(value: Data) -> int:
    if isinstance(value, bool) or not re.fullmatch(r"-?\d+", as_text(value)):
        raise Trap("cannot use this value as number")
    return int(as_text(value))


def _less(left: Data, right: Data) -> bool:
    first, second = as_text(left), as_text(right)
    if re.fullmatch(r"-?\d+", first) and re.fullmatch(r"-?\d+", second):
        return int(first) < int(second)
    return first < second


def _divide(left: Data, right: Data) -> int:
    if _number(right) == 0:
        raise Trap("division by zero")
    return _number(left) // _number(right)


def _concat(left: Data, right: Data) -> Data:
    return as_text(left) + as_text(right)


def _list(left: Data, right: Data) -> list[Data]:
    return [*(left if isinstance(left, list) else [left]), *(right if isinstance(right, list) else [right])]


def _member(left: Data, right: Data) -> Data:
    if isinstance(left, Mapping):
        return left.get(as_text(right))
    if isinstance(left, list) and as_text(right).isdigit() and int(right) < len(left):
        return left[int(right)]
    return None


def _inside(left: Data, right: Data) -> bool:
    """An address in a network; for other things routers have no `in` that says anything."""
    try:
        net = ipaddress.IPv4Network(as_text(right), strict=False)
        inner = ipaddress.IPv4Network(as_text(left))
    except ValueError:
        raise Trap("cannot apply in to these values") from None
    return inner.subnet_of(net)


def like(text: Data, pattern: Data) -> bool:
    """The `~` operator: a regular expression somewhere in the text."""
    try:
        return re.search(as_text(pattern), as_text(text)) is not None
    except re.error:
        raise Trap("invalid regular expression") from None


OPERATORS: dict[str, Callable[[Data, Data], Data]] = {
    "=": equal,
    "!=": lambda a, b: not equal(a, b),
    "<": _less,
    ">": lambda a, b: _less(b, a),
    "<=": lambda a, b: not _less(b, a),
    ">=": lambda a, b: not _less(a, b),
    "~": like,
    ".": _concat,
    "+": lambda a, b: _number(a) + _number(b),
    "-": lambda a, b: _number(a) - _number(b),
    "*": lambda a, b: _number(a) * _number(b),
    "/": _divide,
    ",": _list,
    "->": _member,
    "in": _inside,
}


def to_number(value: Data) -> Data:
    """`:tonum`: nothing when it is no number."""
    return int(as_text(value)) if re.fullmatch(r"-?\d+", as_text(value)) else None


def to_list(value: Data) -> list[Data]:
    """`:toarray`: comma separated text becomes a list."""
    return value if isinstance(value, list) else [part for part in as_text(value).split(",") if part]


def kind(value: Data) -> str:
    """`:typeof`."""
    names = {bool: "bool", int: "num", list: "array", dict: "array", type(None): "nothing"}
    return names.get(type(value), "str")


def pick(value: Data, start: int, stop: int | None) -> Data:
    """`:pick` of a string or a list."""
    stop = start + 1 if stop is None else stop
    return value[start:stop] if isinstance(value, list) else as_text(value)[start:stop]


def position(value: Data, wanted: Data) -> Data:
    """`:find`: where it is, nothing when it is not."""
    if isinstance(value, list):
        return next((i for i, item in enumerate(value) if equal(item, wanted)), None)
    at = as_text(value).find(as_text(wanted))
    return None if at < 0 else at
