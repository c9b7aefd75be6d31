"""The line that a router prints at the end of a pasted block and a person carries back: read strictly, or refused."""

import re
from dataclasses import dataclass

from kmikro.lib.refusal import Refusal
from routers import rows

FIELD = "line"
LONGEST = 400
_BEGINS, _ENDS = f"{rows.MARK}:1:", ":end"
_LINE = re.compile(
    rf"{_BEGINS}(?P<router>[0-9a-f]{{10}}):(?P<block>[0-9a-f]{{16}}):(?P<version>\d{{1,2}}\.[0-9a-z.]{{1,20}}):"
    rf"(?P<serial>[0-9A-Za-z/-]{{0,40}}):(?P<port>[1-9]\d{{0,4}}):(?P<pin>[0-9A-Fa-f]{{64}}){_ENDS}"
)


@dataclass(frozen=True, slots=True)
class Line:
    """What it says: which router of ours, made by which block, and what the router is."""

    router: str
    block: str
    version: str
    serial: str
    port: int
    pin: str


def stamp(router: str, block: str) -> str:
    """How the line of that block begins."""
    return f"{_BEGINS}{router}:{block}"


def read(text: str) -> Line:
    """The line, with the breaks that a terminal put into it taken out; refuses anything else with the reason."""
    bare = "".join(text[: 4 * LONGEST].split())
    if not bare.startswith(_BEGINS):
        raise Refusal(
            "not_ours",
            f"The block prints a line at its end that begins with {_BEGINS} and has no blanks. Paste that one.",
            field=FIELD,
        )
    if not bare.endswith(_ENDS) or len(bare) > LONGEST:
        raise Refusal(
            "cut_line", f"This is not the whole line. It ends with {_ENDS}; copy nothing else.", field=FIELD
        )
    match = _LINE.fullmatch(bare)
    if match is None or int(match["port"]) > 65535:
        raise Refusal("bad_line", "The line was changed on its way. Copy it once more.", field=FIELD)
    return Line(
        match["router"],
        match["block"],
        match["version"],
        match["serial"],
        int(match["port"]),
        match["pin"].lower(),
    )
