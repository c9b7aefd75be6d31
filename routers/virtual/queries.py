"""The stack machine of RouterOS query words: does a row match the `?` words in their order?"""

from collections.abc import Mapping, Sequence


class BadQuery(Exception):
    """A query word that cannot be run, such as an operation on an empty stack."""


def matches(row: Mapping[str, str], queries: Sequence[str]) -> bool:
    """Run the words over the row; what is left on the stack is and-ed."""
    stack: list[bool] = []
    for word in queries:
        body = word[1:]
        if body.startswith("#"):
            stack = _operate(stack, body[1:])
        else:
            stack.append(_test(row, body))
    return all(stack)


def _test(row: Mapping[str, str], body: str) -> bool:
    if body.startswith("-"):
        return body[1:] not in row
    if body.startswith(("<", ">")):
        name, _, wanted = body[1:].partition("=")
        have = row.get(name)
        if have is None:
            return False
        below, above = _ordered(have, wanted)
        return below if body[0] == "<" else above
    body = body.removeprefix("=")
    name, equals, wanted = body.partition("=")
    if not equals:
        return name in row
    have = row.get(name)
    return have is not None and same(have, wanted)


def same(have: str, wanted: str) -> bool:
    """Equality as the router sees it: the two spellings of a boolean are one value."""
    booleans = {"yes": "true", "no": "false"}
    return have == wanted or booleans.get(wanted) == have


def _ordered(have: str, wanted: str) -> tuple[bool, bool]:
    if have.isdigit() and wanted.isdigit():
        return int(have) < int(wanted), int(have) > int(wanted)
    return have < wanted, have > wanted


def _operate(stack: list[bool], operations: str) -> list[bool]:
    stack = list(stack)
    position = 0
    while position < len(operations):
        sign = operations[position]
        position += 1
        if sign.isdigit():
            digits = sign
            while position < len(operations) and operations[position].isdigit():
                digits += operations[position]
                position += 1
            if int(digits) >= len(stack):
                raise BadQuery("stack index out of range")
            value = stack[-1 - int(digits)]
            if position < len(operations):
                stack.append(value)
                position += operations[position] == "."
            else:
                stack = [value]
        elif sign == "!":
            stack.append(not _pop(stack))
        elif sign in "&|":
            top, under = _pop(stack), _pop(stack)
            stack.append(top and under if sign == "&" else top or under)
        elif sign == ".":
            if not stack:
                raise BadQuery("nothing to copy")
            stack.append(stack[-1])
        else:
            raise BadQuery(f"unknown operation {sign}")
    return stack


def _pop(stack: list[bool]) -> bool:
    if not stack:
        raise BadQuery("stack is empty")
    return stack.pop()
