"""RouterOS script text as a tree: statements, words, strings with `$` parts, expressions. Nothing runs here."""

import re
from typing import NoReturn

from routers.virtual.syntax import (
    Argument,
    BadScript,
    Block,
    Join,
    Operation,
    Statement,
    Sub,
    Text,
    Value,
    Variable,
)

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "_": " "}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VARIABLE = re.compile(r'"[^"]+"|[A-Za-z0-9]+')
_KEY = re.compile(r"!?[A-Za-z][\w.\-]*")
_BARE_END = set(' \t\r\n;"[](){}$')
_OPERATORS = ("&&", "||", "!=", "<=", ">=", "->", "=", "<", ">", "~", ".", "+", "-", "*", "/", ",", "!")
_WORD_OPERATORS = ("and", "or", "in")


def parse(source: str) -> tuple[Statement, ...]:
    """Read a whole script."""
    reader = _Reader(source)
    statements = reader.statements("")
    return statements


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0

    def peek(self) -> str:
        return self.source[self.at] if self.at < len(self.source) else ""

    def fail(self, what: str) -> NoReturn:
        line, column = self.place()
        raise BadScript(f"{what} (line {line} column {column})")

    def place(self) -> tuple[int, int]:
        before = self.source[: self.at]
        return before.count("\n") + 1, self.at - (before.rfind("\n") + 1) + 1

    def blanks(self, also: str = "") -> None:
        while self.at < len(self.source):
            if self.source.startswith(("\\\n", "\\\r\n"), self.at):
                self.at += 2 if self.source[self.at + 1] == "\n" else 3
            elif self.peek() in " \t" + also:
                self.at += 1
            else:
                return

    def statements(self, end: str) -> tuple[Statement, ...]:
        found: list[Statement] = []
        while True:
            self.blanks("\r\n;")
            if self.peek() == "#":
                stop = self.source.find("\n", self.at)
                self.at = len(self.source) if stop < 0 else stop
                continue
            if self.peek() == "":
                if end:
                    self.fail("syntax error")
                return tuple(found)
            if end and self.peek() == end:
                self.at += 1
                return tuple(found)
            line, column = self.place()
            words = self.words()
            if not words:
                self.fail("syntax error")
            found.append(Statement(words, line, column))

    def words(self) -> tuple[Argument, ...]:
        words: list[Argument] = []
        while True:
            self.blanks()
            if self.peek() in ("", ";", "\n", "\r", "]", "}", ")"):
                return tuple(words)
            words.append(self.argument())

    def argument(self) -> Argument:
        match = _KEY.match(self.source, self.at)
        if match:
            after = self.source[match.end() : match.end() + 2]
            for sign in ("!=", "=", "~", "<", ">"):
                if after.startswith(sign):
                    self.at = match.end() + len(sign)
                    return Argument(match[0], sign, self.value(key=match[0]))
        return Argument(None, "", self.value())

    def value(self, key: str = "") -> Value:
        first = self.peek()
        if first == "(":
            self.at += 1
            return self.expression(")")
        if first == "{":
            return self.block()
        parts: list[Value] = []
        while self.peek() not in ("", " ", "\t", "\r", "\n", ";", "]", ")", "}", "{", "("):
            parts.append(self.piece())
        if not parts:
            return Text("", bare=True)
        return parts[0] if len(parts) == 1 else Join(tuple(parts))

    def piece(self) -> Value:
        first = self.peek()
        if first == '"':
            return self.string()
        if first == "$":
            return self.dollar()
        if first == "[":
            self.at += 1
            return Sub(self.statements("]"))
        start = self.at
        while self.at < len(self.source) and self.source[self.at] not in _BARE_END:
            self.at += 2 if self.source[self.at] == "\\" else 1
        if self.at == start:
            self.fail("syntax error")
        return Text(self.source[start : self.at].replace("\\\n", ""), bare=True)

    def dollar(self) -> Value:
        self.at += 1
        if self.peek() == "(":
            self.at += 1
            return self.expression(")")
        if self.peek() == "[":
            self.at += 1
            return Sub(self.statements("]"))
        match = _VARIABLE.match(self.source, self.at)
        if not match:
            self.fail("syntax error")
        self.at = match.end()
        return Variable(match[0].strip('"'))

    def string(self) -> Value:
        self.at += 1
        parts: list[Value] = []
        plain: list[str] = []
        while True:
            sign = self.peek()
            if sign == "":
                self.fail("syntax error")
            if sign == '"':
                self.at += 1
                break
            if sign == "\\":
                plain.append(self.escape())
            elif sign == "$":
                if plain:
                    parts.append(Text("".join(plain)))
                    plain = []
                parts.append(self.dollar())
            else:
                plain.append(sign)
                self.at += 1
        if plain or not parts:
            parts.append(Text("".join(plain)))
        return parts[0] if len(parts) == 1 and isinstance(parts[0], Text) else Join(tuple(parts))

    def escape(self) -> str:
        code = self.source[self.at + 1 : self.at + 3]
        if re.fullmatch(r"[0-9A-F]{2}", code):
            self.at += 3
            return chr(int(code, 16))
        if code[:1] in ("\n", "\r"):
            self.at += 3 if code == "\r\n" else 2
            self.blanks()
            return ""
        if code[:1] not in _ESCAPES and code[:1] not in ('"', "\\", "$", "?"):
            self.fail("syntax error")
        self.at += 2
        return _ESCAPES.get(code[0], code[0])

    def block(self) -> Block:
        start = self.at + 1
        self.at += 1
        body = self.statements("}")
        return Block(body, self.source[start : self.at - 1])

    def expression(self, end: str) -> Value:
        value = self.binary(0)
        self.blanks("\r\n;")
        if self.peek() != end:
            self.fail("syntax error")
        self.at += 1
        return value

    def operator(self) -> str:
        self.blanks("\r\n")
        for sign in _OPERATORS:
            if self.source.startswith(sign, self.at):
                return sign
        match = _NAME.match(self.source, self.at)
        return match[0] if match and match[0] in _WORD_OPERATORS else ""

    def binary(self, level: int) -> Value:
        if level == len(_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while (sign := self.operator()) in _LEVELS[level]:
            self.at += len(sign)
            left = Operation(sign, left, self.binary(level + 1))
        return left

    def unary(self) -> Value:
        self.blanks("\r\n")
        for sign in ("!", "-"):
            if self.peek() == sign:
                self.at += 1
                return Operation(sign, self.unary())
        if self.source.startswith("not ", self.at):
            self.at += 4
            return Operation("!", self.unary())
        if self.peek() == "(":
            self.at += 1
            return self.expression(")")
        if self.peek() in ('"', "$", "["):
            return self.piece()
        if self.peek() == "{":
            return self.block()
        match = re.compile(r"[\w:*%@]+(\.\d+)*(/\d+)?").match(self.source, self.at)
        if not match:
            self.fail("syntax error")
        self.at = match.end()
        return Text(match[0], bare=True)


_LEVELS: tuple[tuple[str, ...], ...] = (
    (",",),
    ("||", "or"),
    ("&&", "and"),
    ("=", "!=", "<", ">", "<=", ">=", "~", "in"),
    (".",),
    ("+", "-"),
    ("*", "/"),
    ("->",),
)
