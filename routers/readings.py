"""What a router tells about itself, taken out of its rows; nonsense is nothing, never an error. Pure."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from routers import rows

Row = Mapping[str, str]

MOST_INTERFACES = 128
MOST_NEIGHBOURS = 64
MOST_LINES = 100
LARGEST_COUNTER = 2**64 - 1
_HEALTH = re.compile(r"-?\d{1,6}(\.\d{1,3})?")
# Topics that tell of the router itself. Lines of hotspot, ppp, dhcp, dns, firewall, web-proxy, account, script or
# fetch name people, devices or what they looked at: they are never kept.
_OWN_TOPICS = frozenset(
    {"system", "interface", "critical", "error", "warning", "info", "health", "watchdog", "certificate"}
)
_WORTH = frozenset({"critical", "error", "warning", "interface", "health", "watchdog"})


@dataclass(frozen=True, slots=True)
class Port:
    """An interface with its counters since the router started."""

    name: str
    kind: str
    is_running: bool
    is_disabled: bool
    comment: str
    received: int
    sent: int
    errors: int
    link_downs: int


@dataclass(frozen=True, slots=True)
class RadiusCounters:
    """What the router counts of its requests to us since it started or since somebody reset it."""

    requests: int = 0
    accepts: int = 0
    rejects: int = 0
    resends: int = 0
    timeouts: int = 0
    bad_replies: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the router's log that is about the router itself."""

    digest: str
    told: str  # the router's own time, as it wrote it
    topics: str
    text: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One visit: None where a router does not know; tenths of degrees and of volts."""

    version: str = ""
    board: str = ""
    cpu: int | None = None
    free_memory: int | None = None
    total_memory: int | None = None
    uptime_ms: int | None = None
    temperature: int | None = None
    voltage: int | None = None
    ports: tuple[Port, ...] = ()
    ppp: int | None = None
    hotspot: int | None = None
    leases: int | None = None
    queues: int | None = None
    radius: RadiusCounters | None = None
    neighbours: tuple[dict[str, str], ...] | None = None
    lines: tuple[Line, ...] = field(default=())

    @property
    def online(self) -> int:
        return (self.ppp or 0) + (self.hotspot or 0)

    @property
    def used_percent(self) -> int | None:
        if not self.total_memory or self.free_memory is None:
            return None
        return round(100 * (1 - min(self.free_memory, self.total_memory) / self.total_memory))


def clean(text: str, length: int) -> str:
    """Words of a router as they can be kept: without octets that are no text and without control characters."""
    return "".join(each if each.isprintable() else " " for each in text[: length * 2])[:length]


def number(text: str | None, largest: int) -> int | None:
    """A whole number of a reply, cut to the largest; anything else is None."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 25):
        return None
    return min(int(text), largest)


def resource(found: Row) -> dict[str, object]:
    """The fields of a Reading that /system/resource tells."""
    uptime = rows.milliseconds(found.get("uptime", ""))
    return {
        "version": clean(found.get("version", ""), 40),
        "board": clean(found.get("board-name", ""), 60),
        "cpu": number(found.get("cpu-load"), 100),
        "free_memory": number(found.get("free-memory"), 2**50),
        "total_memory": number(found.get("total-memory"), 2**50),
        "uptime_ms": None if uptime is None else min(uptime, 10**12),
    }


def sensors(found: Sequence[Row]) -> dict[str, int | None]:
    """Temperature and voltage in tenths: a row for each sensor since RouterOS 7, one row of keys before."""
    values: dict[str, str] = {}
    for row in found[:64]:
        if "name" in row and "value" in row:
            values[row["name"]] = row["value"]
        else:
            values.update(row)
    return {
        "temperature": _tenths(
            values, ("cpu-temperature", "temperature", "board-temperature1", "switch-temperature")
        ),
        "voltage": _tenths(values, ("voltage", "psu1-voltage", "poe-in-voltage", "psu2-voltage")),
    }


def _tenths(values: Mapping[str, str], names: Iterable[str]) -> int | None:
    for name in names:
        text = values.get(name, "").rstrip("CV ")
        if _HEALTH.fullmatch(text):
            return round(float(text) * 10)
    return None


def ports(found: Sequence[Row]) -> tuple[Port, ...]:
    """Interfaces that stay: dynamic ones carry people's names and are counted as sessions."""
    return tuple(_port(row) for row in found if row.get("dynamic") != "true" and row.get("name"))[
        :MOST_INTERFACES
    ]


def _port(row: Row) -> Port:
    def counter(name: str) -> int:
        return number(row.get(name), LARGEST_COUNTER) or 0

    return Port(
        name=clean(row.get("name", ""), 60),
        kind=clean(row.get("type", ""), 20),
        is_running=row.get("running") == "true",
        is_disabled=row.get("disabled") == "true",
        comment=clean(row.get("comment", ""), 60),
        received=counter("rx-byte"),
        sent=counter("tx-byte"),
        errors=counter("rx-error") + counter("tx-error"),
        link_downs=counter("link-downs"),
    )


def front(found: Sequence[Row], most: int = 64) -> str:
    """A letter for each socket in the order of a front: cages first."""
    cages, sockets = "", ""
    for row in [each for each in found if each.get("type", "ether") == "ether"][:most]:
        letter = "u" if row.get("running") == "true" else "d"
        if (row.get("default-name") or row.get("name", "")).startswith(("sfp", "qsfp")):
            cages += letter
        else:
            sockets += letter
    return cages + sockets


def radius(found: Sequence[Row]) -> RadiusCounters:
    """The counters of all our servers on the router together."""
    names = ("requests", "accepts", "rejects", "resends", "timeouts", "bad-replies")
    sums = {name.replace("-", "_"): sum(number(row.get(name), 2**40) or 0 for row in found) for name in names}
    return RadiusCounters(**sums)


def neighbours(found: Sequence[Row]) -> tuple[dict[str, str], ...]:
    """Who else is on the wire: equipment only, since only equipment announces itself."""
    names = ("identity", "platform", "board", "version", "interface", "address", "mac-address")
    return tuple(
        {name: clean(row[name], 60) for name in names if row.get(name)} for row in found[:MOST_NEIGHBOURS]
    )


def lines(found: Sequence[Row]) -> tuple[Line, ...]:
    """The newest lines that are about the router itself."""
    kept = [line for row in found if (line := _line(row)) is not None]
    return tuple(kept[-MOST_LINES:])


def _line(row: Row) -> Line | None:
    topics = {word for word in row.get("topics", "").split(",") if word}
    text = row.get("message", "")
    if not topics or topics - _OWN_TOPICS or not topics & _WORTH or "://" in text:
        return None
    told, words = clean(row.get("time", ""), 30), ",".join(sorted(topics))
    # The id tells lines of one second apart; it begins anew at a reboot, and so do the times around it.
    digest = hashlib.sha256(
        "\0".join((row.get(".id", ""), told, words, text)).encode("utf-8", "replace")
    ).hexdigest()
    return Line(digest[:24], told, words, clean(text, 200))
