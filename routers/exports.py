"""A router's configuration as text that changes only when the configuration does: rows, masks, order, differences.

The router's own /export cannot be read over the API without a file, has the time in its head, and is noisy; this
text is made from what the menus print. Secrets are never in it.
"""

import difflib
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from routers import script

Rows = list[dict[str, str]]
MASK = "*****"
LONGEST = 1 << 20  # characters of a text; a router with more is cut, and the text says so
_PLAIN = re.compile(r"[A-Za-z0-9_.,:/+@*-]+\Z")
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*\Z")
_SECRET = re.compile(r"(?:.*-)?(?:password|secret|private-key|preshared-key|passphrase|pin)\Z")

# Menus in the order in which their rows can be read: what is referred to comes first.
MENUS: tuple[str, ...] = (
    "/system/identity",
    "/interface",
    "/interface/bridge",
    "/interface/bridge/port",
    "/interface/vlan",
    "/interface/wireguard",
    "/interface/wireguard/peers",
    "/interface/sstp-client",
    "/interface/list",
    "/interface/list/member",
    "/ip/pool",
    "/ip/address",
    "/ip/route",
    "/ip/dns",
    "/ip/dns/static",
    "/ip/dhcp-client",
    "/ip/dhcp-server",
    "/ip/dhcp-server/network",
    "/ip/dhcp-server/lease",
    "/ppp/profile",
    "/ppp/secret",
    "/ppp/aaa",
    "/interface/pppoe-server/server",
    "/queue/type",
    "/queue/simple",
    "/queue/tree",
    "/ip/hotspot/profile",
    "/ip/hotspot/user/profile",
    "/ip/hotspot",
    "/ip/hotspot/user",
    "/ip/hotspot/ip-binding",
    "/ip/hotspot/walled-garden",
    "/ip/hotspot/walled-garden/ip",
    "/ip/firewall/address-list",
    "/ip/firewall/filter",
    "/ip/firewall/nat",
    "/ip/firewall/mangle",
    "/ip/firewall/raw",
    "/radius",
    "/radius/incoming",
    "/ip/service",
    "/snmp",
    "/system/ntp/client",
    "/system/logging",
    "/system/scheduler",
    "/system/script",
    "/tool/netwatch",
    "/user/group",
    "/user",
    "/user/aaa",
)
# Where the order of rows is part of the meaning.
ORDERED = frozenset(
    {
        "/ip/firewall/filter", "/ip/firewall/nat", "/ip/firewall/mangle", "/ip/firewall/raw", "/queue/simple",
        "/radius", "/ip/hotspot/ip-binding", "/ip/hotspot/walled-garden", "/ip/hotspot/walled-garden/ip",
    }
)  # fmt: skip
# What the router tells beside its configuration: states, counters, ages.
_NOISE = frozenset(
    {
        ".id", ".nextid", ".about", "dynamic", "invalid", "running", "slave", "active", "inactive", "default", "builtin",
        "bytes", "packets", "dropped", "rate", "packet-rate", "total-bytes", "total-packets", "total-rate",
        "total-packet-rate", "total-dropped", "queued-bytes", "queued-packets", "total-queued-bytes",
        "total-queued-packets", "pcq-queues", "total-pcq-queues", "uptime", "uptime-used", "status", "since",
        "done-tests", "failed-tests", "last-seen", "last-handshake", "last-started", "last-logged-in",
        "last-logged-out", "last-caller-id", "last-disconnect-reason", "last-link-up-time", "last-link-down-time",
        "link-downs", "expires-after", "age", "active-address", "active-mac-address", "active-client-id",
        "active-server", "host-name", "run-count", "next-run", "start-date", "creation-time", "actual-interface",
        "actual-mtu", "max-l2mtu", "immediate-gw", "cache-used", "dynamic-servers", "used", "available", "total",
        "inactive-time", "idle-time", "current-endpoint-address", "current-endpoint-port", "rx", "tx",
        "ip-of-dns-name", "proxy-status", "HTTPS", "hw-offload", "freq-drift", "synced-server", "synced-stratum",
        "system-offset", "connection", "remote", "local", "bytes-in", "bytes-out", "packets-in", "packets-out",
        "hits", "mac-address-changed", "port-number", "role", "path-cost-actual", "debug-info",
    }
)  # fmt: skip
_NOISY = ("rx-", "tx-", "fp-", "cache-hits", "tx-queue")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a difference: sign is '+', '-', ' ' or '@' for a gap."""

    sign: str
    text: str


def cleaned(path: str, rows: Iterable[Mapping[str, str]]) -> Rows:
    """The configured rows of a menu: without dynamic ones, states and secrets, in a fixed order."""
    kept = [
        {name: _value(name, row[name]) for name in sorted(row) if _is_told(name, row)}
        for row in rows
        if row.get("dynamic") != "true" and row.get("builtin") != "true"
    ]
    kept = [row for row in kept if row]
    return kept if path in ORDERED else sorted(kept, key=_rank)


def _is_told(name: str, row: Mapping[str, str]) -> bool:
    if name in _NOISE or name.startswith(_NOISY) or not _NAME.match(name):
        return False
    return bool(row[name]) and not (name == "disabled" and row[name] in ("false", "no"))


def _value(name: str, value: str) -> str:
    return MASK if _SECRET.match(name) else value


def _rank(row: Mapping[str, str]) -> tuple[str, str, list[tuple[str, str]]]:
    return row.get("name", ""), row.get("comment", ""), sorted(row.items())


def text_of(menus: Mapping[str, Rows], absent: Mapping[str, str] | None = None) -> str:
    """The whole text: a head for each menu, a line for each row; menus that could not be read say why."""
    parts: list[str] = []
    for path in MENUS:
        why = (absent or {}).get(path)
        if why:
            parts.append(f"# {path}: {printable(why)}")
        elif menus.get(path):
            parts += [path, *(_line(row) for row in menus[path])]
    text = "\n".join(parts) + "\n" if parts else ""
    if len(text) <= LONGEST:
        return text
    return text[: text.rfind("\n", 0, LONGEST) + 1] + "# Longer than 1 MiB: the rest is not kept.\n"


def _line(row: Mapping[str, str]) -> str:
    return "  " + " ".join(f"{name}={_literal(value)}" for name, value in row.items())


def _literal(value: str) -> str:
    if _PLAIN.match(value):
        return value
    return script.quote(printable(value))


def printable(text: str) -> str:
    """Octets that are no UTF-8 become visible, and what would turn the text around is spelled out."""
    shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace").replace("\0", "\\00")
    return "".join(
        sign if sign.isprintable() or sign in "\n\t\r " else f"\\u{ord(sign):04X}" for sign in shown
    )


def digest(text: str) -> str:
    """The same for the same configuration."""
    return hashlib.sha256(text.encode()).hexdigest()


def difference(before: str, after: str, *, around: int = 2) -> list[Line]:
    """What changed between two texts, each change under the menu it belongs to."""
    old, new = _placed(before), _placed(after)
    lines: list[Line] = []
    for group in difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(around):
        lines.append(Line("@", _menu_at(old, new, group[0])))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                lines += [Line(" ", row) for _, row in old[i1:i2]]
                continue
            lines += [Line("-", row) for _, row in old[i1:i2]]
            lines += [Line("+", row) for _, row in new[j1:j2]]
    return lines


def counts(lines: Sequence[Line]) -> tuple[int, int]:
    """How many lines came and went."""
    return sum(line.sign == "+" for line in lines), sum(line.sign == "-" for line in lines)


def _placed(text: str) -> list[tuple[str, str]]:
    menu, placed = "", []
    for row in text.splitlines():
        if row.startswith("/"):
            menu = row
        placed.append((menu, row))
    return placed


def _menu_at(
    old: list[tuple[str, str]], new: list[tuple[str, str]], opcode: tuple[str, int, int, int, int]
) -> str:
    _tag, i1, _i2, j1, _j2 = opcode
    if i1 < len(old):
        return old[i1][0]
    return new[j1][0] if j1 < len(new) else ""
