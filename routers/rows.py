"""Rows of router menus as wire-form strings: which of them are ours, and when two values mean the same."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from routers.menus import BY_PATH, KEYS, MARK, MENUS, SSTP, TAKEN, WIREGUARD, Kind, Menu, Owner

__all__ = ["BY_PATH", "MARK", "MENUS", "Found", "Kind", "Menu", "Original", "Owner", "Row", "TAKEN"]
# What a router says of a row beside what was configured in it.
OBSERVED = frozenset(
    {
        *(
            ".id",
            "dynamic",
            "invalid",
            "running",
            "default",
            "builtin",
            "bytes",
            "packets",
            "rate",
            "packet-rate",
        ),
        *("dropped", "total-bytes", "total-packets", "total-dropped", "total-rate", "total-packet-rate"),
        *("queued-packets", "queued-bytes", "total-queued-packets", "total-queued-bytes", "pcq-queues"),
        *(
            "total-pcq-queues",
            "hits",
            "uptime",
            "bytes-in",
            "bytes-out",
            "packets-in",
            "packets-out",
            "HTTPS",
        ),
        *("last-logged-out", "last-caller-id", "last-disconnect-reason", "creation-time", "actual-interface"),
        *("total", "used", "available", "proxy-status", "ip-of-dns-name", "dynamic-servers", "cache-used"),
        *(
            "status",
            "synced-server",
            "synced-stratum",
            "system-offset",
            "freq-drift",
            "l2mtu",
            "about",
        ),
        *("slave", ".about", "last-modified", "creation-date"),
    }
)
WAYS_IN = frozenset({SSTP, WIREGUARD})
_UNITS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_PART = re.compile(r"(\d+)(ms|[wdhms])")
_CLOCK = re.compile(r"(?:(\d+)d)?(\d+):(\d{2}):(\d{2})")
_TRUTHS = {"yes": "true", "true": "true", "no": "false", "false": "false"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row we want: menu, our key in it, and the values we care about.

    In a menu whose order means something, `before` says which actions of others' rows in its chain it must precede.
    """

    path: str
    key: str
    values: Mapping[str, str]
    before: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Original:
    """A row as it was before we took it over; marked: it carries our mark on the router since."""

    path: str
    key: str
    values: Mapping[str, str]
    marked: bool = False


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
    menu = BY_PATH[found.path]
    owner = menu.owner
    if owner is Owner.SINGLE:
        return ""
    if is_way_in(found):
        return None
    if owner in (Owner.COMMENT, Owner.EITHER):
        mark, colon, key = found.values.get("comment", "").partition(":")
        if mark == MARK and colon and key:
            # The enrolment keeps rows of its own in these menus; they are not the plan's to judge.
            return key if not menu.shared or key.startswith(KEYS) else None
        if owner is Owner.COMMENT:
            return None
    name = found.values.get("name", "")
    if owner is Owner.FOLDER:
        inside = found.values.get("type", "") != "directory" and name.startswith(f"{folder}/")
        return name.removeprefix(f"{folder}/") if inside else None
    # Dynamic rows and names that only look like ours stay untouched.
    return name if name == MARK or name.startswith(f"{MARK}-") else None


def is_way_in(found: Found) -> bool:
    """Whether the tunnel through which we come stands on this row; the enrolment keeps it, and nobody else touches it."""
    return found.values.get("name", "") in WAYS_IN or found.values.get("comment", "") == f"{MARK}:tunnel"


def owned(rows: Iterable[Found], folder: str) -> list[tuple[str, Found]]:
    """The rows that are ours with their keys; dynamic rows never are."""
    keyed = ((key_of(row, folder), row) for row in rows if row.values.get("dynamic") != "true")
    return [(key, row) for key, row in keyed if key is not None]


def told(values: Mapping[str, str]) -> dict[str, str]:
    """What was configured in a row, without its id and what the router counts or finds out by itself."""
    return {name: value for name, value in values.items() if name not in OBSERVED}


def folder_on(flash: bool) -> str:
    """Our folder for pages; beside `flash` everything is lost at a reboot."""
    return f"flash/{MARK}" if flash else MARK
