"""The commands of the script language itself: variables, branches, loops, strings, delay."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from routers.virtual import language
from routers.virtual.language import Data, as_text, truth
from routers.virtual.script import parse
from routers.virtual.syntax import Argument, BadScript, Block, Statement, Text, Value
from routers.virtual.traps import Trap
from routers.virtual.values import parse_time

if TYPE_CHECKING:
    from routers.virtual.console import Console

Words = tuple[Argument, ...]
LONGEST_DELAY = 2.0
MAX_ROUNDS = 100_000


class Returned(Exception):
    """`:return` leaves the running script or block."""

    def __init__(self, value: Data) -> None:
        super().__init__(as_text(value))
        self.value = value


@dataclass(frozen=True, slots=True)
class Code:
    """What `:parse` made of a text; `[$code]` runs it."""

    body: tuple[Statement, ...]

    def run(self, console: "Console") -> Data:
        """The value is that of `:return`, else of the last statement."""
        try:
            return console.run(self.body)
        except Returned as back:
            return back.value


def _parse(console: "Console", words: Words) -> Data:
    try:
        return Code(parse(as_text(_plain(console, words))))
    except BadScript as bad:
        raise Trap(str(bad)) from bad


def array(console: "Console", block: Block) -> Data:
    """`{a;b;key=c}` where a value is expected."""
    keyed: dict[str, Data] = {}
    plain: list[Data] = []
    for statement in block.body:
        for word in statement.words:
            if word.key is None:
                plain.append(console.value(word.value))
            else:
                keyed[word.key] = console.value(word.value)
    return keyed or plain


def _keyed(words: Words, name: str) -> Value | None:
    return next((word.value for word in words if word.key == name), None)


def _plain(console: "Console", words: Words, place: int = 0) -> Data:
    values = [word for word in words if word.key is None]
    return console.value(values[place].value) if place < len(values) else None


def _name(words: Words) -> str:
    if not words or not isinstance(words[0].value, Text):
        raise Trap("missing value(s) of argument(s) name")
    return words[0].value.value


def _local(console: "Console", words: Words) -> Data:
    console.scopes[-1][_name(words)] = _assigned(console, words)
    return None


def _assigned(console: "Console", words: Words) -> Data:
    return _plain(console, words, 1)


def _global(console: "Console", words: Words) -> Data:
    name = _name(words)
    console.device.globals.setdefault(name, None)
    if len(words) > 1:
        console.device.globals[name] = _assigned(console, words)
    return None


def _set(console: "Console", words: Words) -> Data:
    name, value = _name(words), _assigned(console, words)
    for scope in reversed(console.scopes):
        if name in scope:
            scope[name] = value
            return None
    if name not in console.device.globals:
        raise Trap(f"syntax error: undefined variable {name}")
    console.device.globals[name] = value
    return None


def _if(console: "Console", words: Words) -> Data:
    branch = "do" if truth(_plain(console, words)) else "else"
    return console.block(_keyed(words, branch))


def _do(console: "Console", words: Words) -> Data:
    body = next((w.value for w in words if w.key is None), None) or _keyed(words, "do")
    rescue, again = _keyed(words, "on-error"), _keyed(words, "while")
    try:
        value = console.block(body)
    except Trap as trap:
        if rescue is None:
            raise
        console.device.log("script,debug", f"caught: {trap.message}")
        return console.block(rescue)
    for _ in range(MAX_ROUNDS):
        if again is None or not truth(console.value(again)):
            break
        value = console.block(body)
    return value


def _onerror(console: "Console", words: Words) -> Data:
    try:
        return console.block(_keyed(words, "in"))
    except Trap as trap:
        return console.block(_keyed(words, "do"), **{_name(words): trap.message})


def _while(console: "Console", words: Words) -> Data:
    for _ in range(MAX_ROUNDS):
        if not truth(_plain(console, words)):
            break
        console.block(_keyed(words, "do"))
    return None


def _foreach(console: "Console", words: Words) -> Data:
    source = _keyed(words, "in")
    names = _name(words).split(",")
    items = console.value(source) if source is not None else []
    if isinstance(items, dict):
        for key, value in items.items():
            both = dict(zip(names, (key, value), strict=False)) if len(names) == 2 else {names[0]: value}
            console.block(_keyed(words, "do"), **both)
        return None
    for item in items if isinstance(items, list) else [items] if items is not None else []:
        console.block(_keyed(words, "do"), **{names[0]: item})
    return None


def _for(console: "Console", words: Words) -> Data:
    bounds = [_keyed(words, name) for name in ("from", "to", "step")]
    start, stop, step = (int(as_text(console.value(b))) if b is not None else 1 for b in bounds)
    for number in range(start, stop + (1 if step > 0 else -1), step):
        console.block(_keyed(words, "do"), **{_name(words): number})
    return None


def _put(console: "Console", words: Words) -> Data:
    console.output.append(as_text(_plain(console, words)))
    return None


def _error(console: "Console", words: Words) -> Data:
    raise Trap(as_text(_plain(console, words)) or "error", category=3)


def _return(console: "Console", words: Words) -> Data:
    raise Returned(_plain(console, words))


def _delay(console: "Console", words: Words) -> Data:
    milliseconds = parse_time(console.argument(words[0].value)) if words else 1_000
    threading.Event().wait(min((milliseconds or 0) / 1_000, LONGEST_DELAY))
    return None


def _pick(console: "Console", words: Words) -> Data:
    stop = _plain(console, words, 2)
    start = int(as_text(_plain(console, words, 1)))
    return language.pick(_plain(console, words), start, None if stop is None else int(as_text(stop)))


def _time_now(console: "Console", words: Words) -> Data:
    return int(console.device.clock.now().timestamp())


def _of(function: Callable[[Data], Data]) -> "Builtin":
    return lambda console, words: function(_plain(console, words))


Builtin = Callable[["Console", Words], Data]

BUILTINS: dict[str, Builtin] = {
    "local": _local,
    "global": _global,
    "set": _set,
    "if": _if,
    "do": _do,
    "onerror": _onerror,
    "while": _while,
    "foreach": _foreach,
    "for": _for,
    "put": _put,
    "error": _error,
    "return": _return,
    "parse": _parse,
    "delay": _delay,
    "len": _of(language.length),
    "tostr": _of(as_text),
    "tonum": _of(language.to_number),
    "toarray": _of(language.to_list),
    "typeof": _of(language.kind),
    "pick": _pick,
    "find": lambda console, words: language.position(_plain(console, words), _plain(console, words, 1)),
    "timestamp": _time_now,
    "nothing": lambda console, words: None,
}
