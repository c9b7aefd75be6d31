"""A terminal as people paste into it: whole commands run one by one, and an error stops one command, not the paste.

Brackets that are open keep collecting lines; Ctrl+C forgets them. A tab asks for completion and a question mark for
help, so neither gets into a command: the mark does between quotes since RouterOS 7.
"""

import re

from routers.virtual.console import Console
from routers.virtual.device import Caller, Device
from routers.virtual.traps import Trap

_OPEN, _CLOSE = "{[(", "}])"
_ENTER = re.compile(r"\r\n|\r|\n")


class Terminal:
    """One open terminal."""

    def __init__(self, device: Device, caller: Caller) -> None:
        self.device = device
        self.console = Console(device, caller)
        self._pending = ""

    @property
    def is_waiting(self) -> bool:
        """Whether a command was begun and not ended."""
        return bool(self._pending)

    def enter(self, text: str) -> str:
        """Type or paste text, each line with its Enter; gives what was printed, complaints included."""
        said: list[str] = []
        # Enter is what ends a line here; the other signs that Python takes for ends of lines are text.
        for line in _ENTER.split(text.removesuffix("\n")):
            self._pending += self._typed(self._pending, line) + "\n"
            if not _is_open(self._pending):
                command, self._pending = self._pending, ""
                said += self._run(command)
        return "\n".join(said)

    def interrupt(self) -> None:
        """Ctrl+C: what was begun is forgotten."""
        self._pending = ""

    def _run(self, command: str) -> list[str]:
        self.console.output = []
        self.console.scopes = [{}]  # a variable lives as long as the command that it was typed in
        try:
            self.console.execute(command)
        except Trap as trap:
            return [*self.console.output, trap.message]
        return self.console.output

    def _typed(self, before: str, line: str) -> str:
        """What of a line arrives in the command."""
        line = line.replace("\t", "")
        if self.device.release < (7,):
            return line.replace("?", "")
        kept, quoted = [], _in_quotes(before)
        for at, sign in enumerate(line):
            if sign == '"' and (at == 0 or line[at - 1] != "\\"):
                quoted = not quoted
            if sign != "?" or quoted:
                kept.append(sign)
        return "".join(kept)


def _in_quotes(text: str) -> bool:
    return _state(text)[1]


def _is_open(text: str) -> bool:
    depth, quoted = _state(text)
    return depth > 0 or quoted


def _state(text: str) -> tuple[int, bool]:
    """How many brackets are open, and whether a string is."""
    depth, quoted, comment, at = 0, False, False, 0
    while at < len(text):
        sign = text[at]
        if comment:
            comment = sign != "\n"
        elif sign == "\\":
            at += 1
        elif sign == '"':
            quoted = not quoted
        elif not quoted and sign == "#" and not text[:at].rpartition("\n")[2].strip():
            comment = True
        elif not quoted:
            depth += (sign in _OPEN) - (sign in _CLOSE)
        at += 1
    return depth, quoted
