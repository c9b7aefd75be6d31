"""The console: runs parsed RouterOS script against the device with the rights of the caller."""

import re
from typing import Any

from routers.virtual import builtins
from routers.virtual.conditions import hits
from routers.virtual.device import Call, Caller, Device
from routers.virtual.dispatch import display, run
from routers.virtual.language import OPERATORS, Data, as_text, literal, truth
from routers.virtual.menus import MENUS
from routers.virtual.script import parse
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
from routers.virtual.traps import Trap

_PRINT_WORDS = {"detail", "count-only", "as-value", "stats", "brief", "terse", "without-paging", "value-list"}
_FLAGS = {"as-value", "as-string", "once"}
_POSITIONS: dict[str, tuple[str, ...]] = {
    "get": ("numbers", "value-name"),
    "set": ("numbers",),
    "remove": ("numbers",),
    "enable": ("numbers",),
    "disable": ("numbers",),
    "comment": ("numbers", "comment"),
    "unset": ("numbers", "value-name"),
    "move": ("numbers", "destination"),
    "reset-counters": ("numbers",),
    "monitor": ("numbers",),
    "run": ("number",),
    "sign": ("number",),
    "import": ("file-name",),
    "execute": ("script",),
    "fetch": ("url",),
    "ping": ("address",),
    "info": ("message",),
    "warning": ("message",),
    "error": ("message",),
    "debug": ("message",),
}


class Console:
    """One terminal or one running script: current menu, variables, what was printed."""

    def __init__(self, device: Device, caller: Caller) -> None:
        self.device = device
        self.caller = caller
        self.path = "/"
        self.output: list[str] = []
        self.scopes: list[dict[str, Data]] = [{}]

    def execute(self, source: str) -> str:
        """Run text to its end or its first error; gives what was printed."""
        try:
            self.run(parse(source))
        except BadScript as bad:
            raise Trap(str(bad)) from bad
        except builtins.Returned:
            pass
        return "\n".join(self.output)

    def run(self, body: tuple[Statement, ...]) -> Data:
        """Run statements; the value is that of the last one."""
        value: Data = None
        for statement in body:
            value = self.statement(statement)
        return value

    def block(self, value: Value | None, **variables: Data) -> Data:
        """Run a `{...}` in a scope of its own."""
        if not isinstance(value, Block):
            return self.value(value) if value is not None else None
        self.scopes.append(dict(variables))
        try:
            return self.run(value.body)
        finally:
            self.scopes.pop()

    def value(self, value: Value) -> Data:
        """Work out a value."""
        if isinstance(value, Text):
            return literal(value.value) if value.bare else value.value
        if isinstance(value, Variable):
            return self.lookup(value.name)
        if isinstance(value, Join):
            return "".join(as_text(p.value if isinstance(p, Text) else self.value(p)) for p in value.parts)
        if isinstance(value, Sub):
            path = self.path
            try:
                return self.run(value.body)
            finally:
                self.path = path
        if isinstance(value, Block):
            return builtins.array(self, value)
        return self.operation(value)

    def operation(self, value: Operation) -> Data:
        """Work out an operator; `and` and `or` stop early."""
        left = self.value(value.left)
        if value.right is None:
            return not truth(left) if value.sign == "!" else -int(as_text(left) or 0)
        if value.sign in ("&&", "and"):
            return truth(left) and truth(self.value(value.right))
        if value.sign in ("||", "or"):
            return truth(left) or truth(self.value(value.right))
        return OPERATORS[value.sign](left, self.value(value.right))

    def lookup(self, name: str) -> Data:
        """A variable from the nearest scope; an unknown one is nothing."""
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return self.device.globals.get(name)

    def statement(self, statement: Statement) -> Data:
        """Run one command; errors that do not say where get the place added."""
        first = statement.words[0]
        if first.key is None and isinstance(first.value, Block):
            return self.block(first.value)
        where = f"(line {statement.line} column {statement.column})"
        name = first.value.value if isinstance(first.value, Text) and first.key is None else ""
        if name.startswith("#"):
            return None
        code = (
            self.lookup(first.value.name) if isinstance(first.value, Variable) and first.key is None else None
        )
        if isinstance(code, builtins.Code):
            return code.run(self)
        plain = name.removeprefix(":")
        here = self.device.command_tree
        local = not name.startswith((":", "/")) and self.path != "/"
        in_menu = local and (plain in here.verbs(self.path) or here.is_folder(f"{self.path}/{plain}"))
        if plain in builtins.BUILTINS and not in_menu:
            return builtins.BUILTINS[plain](self, statement.words[1:])
        path, verb, rest = self._resolve(statement.words, name, where)
        before, self.path = self.path, path
        if verb is None:
            return None
        try:
            return self._command(path, verb, rest, where)  # `[find]` in an argument means this menu
        finally:
            self.path = before

    def _resolve(
        self, words: tuple[Argument, ...], name: str, where: str
    ) -> tuple[str, str | None, tuple[Argument, ...]]:
        tree = self.device.command_tree
        path = "/" if name.startswith(("/", ":")) else self.path
        for count, word in enumerate(words):
            if word.key is not None or not isinstance(word.value, Text) or not word.value.bare:
                raise Trap(f"bad command name {name} {where}")
            for part in filter(None, word.value.value.removeprefix(":").split("/")):
                deeper = f"{path.rstrip('/')}/{part}"
                if tree.is_folder(deeper):
                    path = deeper
                elif part in tree.verbs(path):
                    return path, part, words[count + 1 :]
                else:
                    raise Trap(f"bad command name {part} {where}")
        return path, None, ()

    def _command(self, path: str, verb: str, words: tuple[Argument, ...], where: str) -> Data:
        if verb in ("find", "print"):
            return self._list(path, verb, words, where)
        args: dict[str, str] = {}
        single = path in MENUS and MENUS[path].single
        places = iter(p for p in _POSITIONS.get(verb, ()) if not (single and p == "numbers"))
        flags = self.device.command_tree.verbs(path).get(verb, frozenset())
        for word in words:
            if word.key is not None:
                args[word.key] = self.argument(word.value)
            elif isinstance(word.value, Text) and word.value.bare and word.value.value in _FLAGS:
                args[word.value.value] = ""
            else:
                place = next(places, None)
                if place is None:
                    raise Trap(f"expected end of command {where}")
                args[place] = self.argument(word.value)
        if "numbers" in args:
            args[".id"] = self._numbers(path, args.pop("numbers"))
            if not args[".id"] and verb != "get":
                return None
        unknown = [n for n in args if n not in flags and n not in (".id", "as-value")]
        if unknown:
            raise Trap(f"expected end of command {where}")
        return self._perform(path, verb, args)

    def _perform(self, path: str, verb: str, args: dict[str, str]) -> Data:
        as_value = "as-value" in args and args.pop("as-value") == ""
        rows: list[dict[str, str]] = []
        reply = run(self.device, self.caller, Call(path, verb, args, emit=rows.append))
        rows += reply.rows
        if reply.ret is not None:
            return reply.ret
        if as_value:
            merged: dict[str, Any] = {}
            for row in rows:
                merged.update(row)
            return merged
        self.output += [" ".join(f"{k}={v}" for k, v in row.items()) for row in rows]
        return None

    def _list(self, path: str, verb: str, words: tuple[Argument, ...], where: str) -> Data:
        if path not in MENUS:
            raise Trap(f"bad command name {verb} {where}")
        into = next((self.argument(w.value) for w in words if w.key == "file"), "") if verb == "print" else ""
        reply = run(self.device, self.caller, Call(path, "print", {"file": into} if into else {}))
        if into:
            return None
        flags = {w.value.value for w in words if isinstance(w.value, Text) and w.key is None}
        terms = [
            w for w in words if not (isinstance(w.value, Text) and w.value.value in _PRINT_WORDS | {"where"})
        ]
        rows = [row for row in reply.rows if hits(self, row, terms)]
        if verb == "find":
            return [row[".id"] for row in rows]
        if "count-only" in flags:
            return len(rows)
        if "as-value" in flags:
            return rows
        self.output += [" ".join(f"{k}={v}" for k, v in row.items()) for row in rows]
        return None

    def argument(self, value: Value) -> str:
        """A value on its way into a command: words stay as written, lists are joined by commas."""
        if isinstance(value, Text):
            return value.value
        if isinstance(value, Block):
            return value.source
        worked = self.value(value)
        return ",".join(map(as_text, worked)) if isinstance(worked, list) else as_text(worked)

    def _numbers(self, path: str, given: str) -> str:
        rows = display(self.device, self.caller, path) if path in MENUS else []
        chosen: list[str] = []
        for part in filter(None, given.split(",")):
            row_number = re.fullmatch(r"\d+", part) and not any(r.get("name") == part for r in rows)
            chosen.append(rows[int(part)][".id"] if row_number and int(part) < len(rows) else part)
        return ",".join(chosen)
