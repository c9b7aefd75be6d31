"""Rows of router menus as wire-form strings: which of them are ours, and when two values mean the same."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

MARK = "kmikro"  # begins every comment and every name of a row that we own
_UNITS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_PART = re.compile(r"(\d+)(ms|[wdhms])")
_CLOCK = re.compile(r"(?:(\d+)d)?(\d+):(\d{2}):(\d{2})")
_TRUTHS = {"yes": "true", "true": "true", "no": "false", "false": "false"}


class Kind(StrEnum):
    """How a value is written in more than one way (routeros.md 1.8)."""

    TEXT = "text"
    BOOL = "bool"
    DURATION = "duration"
    WORDS = "words"  # a set of words; the router sorts it its own way
    ADDRESS = "address"


class Owner(StrEnum):
    """What tells our rows from those of others in a menu."""

    COMMENT = "comment"  # the comment is `kmikro:<key>`
    NAME = "name"  # menus without comments: the name is ours
    FOLDER = "folder"  # files in our folder
    SINGLE = "single"  # one row that always exists


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu that we write: place in the order of writing, owner, and what its fields are when missing."""

    path: str
    owner: Owner
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()


_OFF = {"disabled": Kind.BOOL}
# In the order in which rows can be written: what is referred to comes first.
MENUS: tuple[Menu, ...] = (
    Menu("/file", Owner.FOLDER),
    Menu(
        "/radius",
        Owner.COMMENT,
        {
            "service": Kind.WORDS,
            "timeout": Kind.DURATION,
            "address": Kind.ADDRESS,
            "src-address": Kind.ADDRESS,
        }
        | _OFF,
        {
            "disabled": "false",
            "src-address": "0.0.0.0",
            "require-message-auth": "yes-for-request-resp",
            "protocol": "udp",
        },
        frozenset({"secret"}),
    ),
    Menu("/radius/incoming", Owner.SINGLE, {"accept": Kind.BOOL}, {"accept": "false", "port": "3799"}),
    Menu("/ip/hotspot/walled-garden/ip", Owner.COMMENT, _OFF, {"disabled": "false", "action": "accept"}),
    Menu(
        "/ip/hotspot/profile",
        Owner.NAME,
        {
            "hotspot-address": Kind.ADDRESS,
            "login-by": Kind.WORDS,
            "use-radius": Kind.BOOL,
            "radius-accounting": Kind.BOOL,
        },
        {
            "hotspot-address": "0.0.0.0",
            "radius-accounting": "true",
            "radius-interim-update": "received",
            "mac-auth-mode": "mac-as-username",
        },
        frozenset({"mac-auth-password"}),
    ),
    Menu("/ip/hotspot", Owner.NAME, _OFF, {"disabled": "false", "address-pool": "none"}),
    Menu(
        "/ppp/aaa",
        Owner.SINGLE,
        {"use-radius": Kind.BOOL, "accounting": Kind.BOOL, "interim-update": Kind.DURATION},
        {"use-radius": "false", "accounting": "true", "interim-update": "0s"},
    ),
    Menu("/ip/pool", Owner.NAME),
    Menu("/ppp/profile", Owner.NAME, {"local-address": Kind.ADDRESS}),
    Menu(
        "/interface/pppoe-server/server",
        Owner.COMMENT,
        {"authentication": Kind.WORDS, "one-session-per-host": Kind.BOOL} | _OFF,
        {"disabled": "true", "one-session-per-host": "false", "default-profile": "default"},
    ),
)
BY_PATH = {menu.path: menu for menu in MENUS}


@dataclass(frozen=True, slots=True)
class Row:
    """A row we want: menu, our key in it, and the values we care about."""

    path: str
    key: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Found:
    """A row as the router has it; id is empty for a menu with a single row."""

    path: str
    id: str
    values: Mapping[str, str]


def milliseconds(text: str) -> int | None:
    """`90`, `1m30s`, `00:01:30`, `3s300ms` as milliseconds; None for a word such as `none`."""
    if text.isascii() and text.isdigit():
        return int(text) * 1_000
    clock = _CLOCK.fullmatch(text)
    if clock:
        days, hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1_000
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(int(number) * _UNITS[unit] for number, unit in parts)


def canonical(kind: Kind, text: str) -> str:
    """One spelling for all spellings of a value."""
    match kind:
        case Kind.BOOL:
            return _TRUTHS.get(text, text)
        case Kind.DURATION:
            length = milliseconds(text)
            return text if length is None else f"{length}ms"
        case Kind.WORDS:
            return ",".join(sorted({word.strip() for word in text.split(",") if word.strip()}))
        case Kind.ADDRESS:
            return text.removesuffix("/32")
        case Kind.TEXT:
            return text


def same(path: str, name: str, wanted: str, have: str | None) -> bool:
    """Whether two wire-form values of a field mean the same; a missing one is the menu's default."""
    menu = BY_PATH[path]
    kind = menu.kinds.get(name, Kind.TEXT)
    if have is None:
        have = menu.defaults.get(name, "")
    return canonical(kind, wanted) == canonical(kind, have)


def key_of(found: Found, folder: str) -> str | None:
    """Our key of a row, or None when the row belongs to somebody else."""
    owner = BY_PATH[found.path].owner
    if owner is Owner.SINGLE:
        return ""
    if owner is Owner.COMMENT:
        mark, colon, key = found.values.get("comment", "").partition(":")
        return key if mark == MARK and colon and key else None
    name = found.values.get("name", "")
    if owner is Owner.FOLDER:
        inside = found.values.get("type", "") != "directory" and name.startswith(f"{folder}/")
        return name.removeprefix(f"{folder}/") if inside else None
    # Dynamic rows and names that only look like ours stay untouched.
    return name if name == MARK or name.startswith(f"{MARK}-") else None


def owned(rows: Iterable[Found], folder: str) -> list[tuple[str, Found]]:
    """The rows that are ours with their keys; dynamic rows never are."""
    keyed = ((key_of(row, folder), row) for row in rows if row.values.get("dynamic") != "true")
    return [(key, row) for key, row in keyed if key is not None]


def folder_on(flash: bool) -> str:
    """Our folder for pages; beside `flash` everything is lost at a reboot."""
    return f"flash/{MARK}" if flash else MARK
