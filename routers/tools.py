"""Short looks from a router: ping, path, who uses an interface, its speed, its queues. Bounded, and nothing is kept.

The look at an interface asks for the addresses on its own side and the protocol only: where people went is never
asked of the router (no destination, no port, no name).
"""

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kmikro.lib.refusal import Refusal
from routers import exports, rights, rows
from routers.device import Device, Trapped

PINGS = 5
HOPS = 12
LOOK = 3  # seconds of a look at an interface
MOST_ROWS = 100
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class Table:
    """What a tool shows: heads, cells, and a sentence that sums it up."""

    heads: tuple[str, ...]
    cells: list[list[str]]
    summary: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool: its title, what must be typed, the rights it needs, and how it asks."""

    title: str
    about: str
    field: str  # address, interface or nothing
    needs: tuple[str, ...]
    ask: Callable[[Device, str], Table]


def checked(tool: str, subject: str) -> str:
    """What was typed, fit to be sent; names of the internet are refused, since they would be looked up."""
    field = TOOLS[tool].field
    subject = subject.strip()
    if field == "address":
        try:
            return str(ipaddress.ip_address("" if "%" in subject else subject))  # a zone may hold anything
        except ValueError:
            raise Refusal("address", "Type an IP address, such as 9.9.9.9.", field="subject") from None
    if field == "interface":
        if not subject or len(subject) > LONGEST_NAME or not subject.isprintable() or "," in subject:
            raise Refusal("interface", "Choose one interface of the router.", field="subject")
        return subject
    return ""


def ping(talk: Device, address: str) -> Table:
    """Five echoes."""
    wanted = {"address": address, "count": str(PINGS)}
    try:  # RouterOS 7.24 has no /ping at the root any more, and 6 may have none under /tool
        answers = talk.do("/tool/ping", wanted)[:PINGS]
    except Trapped as trap:
        if not trap.message.startswith("no such command"):
            raise
        answers = talk.do("/ping", wanted)[:PINGS]
    cells = [
        [
            row.get("seq", ""),
            show(row.get("host", address)),
            show(row.get("time", "")),
            row.get("ttl", ""),
            show(row.get("status", "")),
        ]
        for row in answers
    ]
    heard = [ms for row in answers if (ms := _milliseconds(row.get("time", ""))) is not None]
    if not heard:
        return Table(
            ("No.", "From", "Time", "TTL", "Trouble"), cells, f"{address} does not answer the router."
        )
    lost = 100 * (len(answers) - len(heard)) // max(len(answers), 1)
    text = f"{len(heard)} of {len(answers)} came back ({lost} % lost), {sum(heard) / len(heard):.1f} ms on average."
    return Table(("No.", "From", "Time", "TTL", "Trouble"), cells, text)


def _milliseconds(text: str) -> float | None:
    """`12ms`, `3ms450us`, `120us`."""
    if not text:
        return None
    micros = 0.0
    if text.endswith("us"):
        head, _, tail = text.removesuffix("us").rpartition("ms")
        number = tail or head
        if not number.isdigit():
            return None
        micros = float(number)
        text = f"{head}ms" if tail and head else ""
    whole = rows.milliseconds(text) if text else 0
    return None if whole is None else whole + micros / 1000


def traceroute(talk: Device, address: str) -> Table:
    """The routers on the way; names are not looked up."""
    found = talk.do(
        "/tool/traceroute",
        {"address": address, "count": "1", "max-hops": str(HOPS), "timeout": "1s", "use-dns": "no"},
    )
    last = _last_section(found)[:HOPS]
    cells = [
        [
            str(number),
            show(row.get("address", "")) or "no answer",
            show(row.get("last", "")),
            show(row.get("loss", "")),
            show(row.get("status", "")),
        ]
        for number, row in enumerate(last, 1)
    ]
    reached = bool(last) and last[-1].get("address") == address
    text = (
        f"{address} is {len(last)} steps away." if reached else f"{address} was not reached in {HOPS} steps."
    )
    return Table(("Step", "Router", "Time (ms)", "Lost", "Note"), cells, text)


def _last_section(found: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Commands that watch send the whole picture again and again, each with its number."""
    if not found:
        return []
    newest = found[-1].get(".section")
    return [row for row in found if row.get(".section") == newest]


def look(talk: Device, interface: str) -> Table:
    """Who uses an interface now: address on its side, protocol, speed."""
    found = talk.do(
        "/tool/torch",
        {"interface": interface, "src-address": "0.0.0.0/0", "ip-protocol": "any", "duration": f"{LOOK}s"},
    )
    seen = [row for row in _last_section(found) if row.get("src-address")]
    seen.sort(key=lambda row: -(number(row.get("tx", "")) + number(row.get("rx", ""))))
    cells = [
        [
            show(row["src-address"]),
            show(row.get("ip-protocol", "")),
            bits(row.get("tx", "")),
            bits(row.get("rx", "")),
        ]
        for row in seen[:MOST_ROWS]
    ]
    text = f"{len(seen)} addresses used {show(interface)} in {LOOK} seconds. Where they went was not asked."
    return Table(("Address", "Protocol", "To it", "From it"), cells, text)


def traffic(talk: Device, interface: str) -> Table:
    """How fast an interface is now."""
    row = next(iter(talk.do("/interface/monitor-traffic", {"interface": interface, "once": ""})), {})
    cells = [
        [
            show(row.get("name", interface)),
            bits(row.get("rx-bits-per-second", "")),
            bits(row.get("tx-bits-per-second", "")),
            row.get("rx-packets-per-second", ""),
            row.get("tx-packets-per-second", ""),
        ]
    ]
    text = f"{show(interface)} now: in {cells[0][1]}, out {cells[0][2]}."
    return Table(("Interface", "In", "Out", "Packets in", "Packets out"), cells, text)


def queues(talk: Device, _subject: str) -> Table:
    """The simple queues with their limits and what they carry."""
    found = talk.read(
        "/queue/simple", fields=("name", "target", "max-limit", "rate", "bytes", "disabled", "dynamic")
    )
    cells = [
        [
            show(row.get("name", "")),
            show(row.get("target", "")),
            show(row.get("max-limit", "")),
            show(row.get("rate", "")),
            "off"
            if row.get("disabled") == "true"
            else "from a session"
            if row.get("dynamic") == "true"
            else "",
        ]
        for row in found[:MOST_ROWS]
    ]
    text = (
        f"{len(found)} queues."
        if len(found) <= MOST_ROWS
        else f"The first {MOST_ROWS} of {len(found)} queues."
    )
    return Table(("Queue", "For", "Limit (up/down)", "Now (up/down)", "State"), cells, text)


def show(text: str) -> str:
    """A router's word, of a sane length, with nothing hidden in it."""
    return exports.printable(text)[:120]


def number(text: str) -> int:
    """A counter; nonsense is 0."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def bits(text: str) -> str:
    """Bits a second as people say them."""
    value = float(number(text))
    for unit in ("bit/s", "kbit/s", "Mbit/s"):
        if value < 1000:
            return f"{value:.0f} {unit}" if value >= 10 or unit == "bit/s" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} Gbit/s"


TOOLS: dict[str, Tool] = {
    "ping": Tool("Ping", f"{PINGS} echoes from the router to an address.", "address", rights.TEST, ping),
    "path": Tool("Path", f"The routers on the way, at most {HOPS}.", "address", rights.TEST, traceroute),
    "traffic": Tool("Interface speed", "What an interface carries this second.", "interface", (), traffic),
    "look": Tool(
        "Who uses an interface",
        f"Addresses and protocols over {LOOK} seconds. Nothing is kept.",
        "interface",
        rights.TEST,
        look,
    ),
    "queues": Tool("Queues", "The simple queues of the router.", "", (), queues),
}
