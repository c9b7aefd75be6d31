"""What the parts of one router share: configuration, lock, clocks, log, and who is asking for what."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from routers.virtual.arguments import Commands, parse_version
from routers.virtual.clock import Clock
from routers.virtual.device_mode import Mode
from routers.virtual.faults import Faults
from routers.virtual.sstp import Links
from routers.virtual.tree import Row, Tree
from routers.virtual.values import POLICIES
from routers.virtual.wireguard import Hub, nobody

LOG_LINES = 1_000


@dataclass
class Caller:
    """Who runs a command: a user with the policies of the group, from an address by some way."""

    user: str
    policies: frozenset[str]
    address: str = ""
    via: str = "api"
    session: object = None

    def may(self, policy: str) -> bool:
        """Does the user's group grant it?"""
        return policy in self.policies


@dataclass
class Call:
    """One command on its way: `emit` sends a row at once, `cancelled` ends what streams."""

    path: str
    verb: str
    args: dict[str, str]
    queries: list[str] = field(default_factory=list)
    proplist: list[str] | None = None
    emit: Callable[[Row], None] = lambda row: None
    cancelled: threading.Event = field(default_factory=threading.Event)


@dataclass
class Reply:
    """What a command gave: rows, and the value of `=ret=` when there is one."""

    rows: list[Row] = field(default_factory=list)
    ret: str | None = None
    listed: bool = False


@dataclass(frozen=True)
class Sent:
    """One line of the command log: what an API client really asked for."""

    user: str
    path: str
    verb: str
    args: dict[str, str]
    queries: tuple[str, ...] = ()


@dataclass(frozen=True)
class LogLine:
    """One line of /log."""

    id: str
    time: datetime
    topics: str
    message: str


@dataclass
class Held:
    """Safe mode as it was taken: by whom, what was before, how much was done, and when a lost holder is noticed."""

    session: object
    user: str
    before: dict[str, Any]
    actions: int = 0
    until: float | None = None


View = Callable[[list[Row]], list[Row]]
Action = Callable[[Caller, Call], Reply]

EVERYTHING = frozenset(POLICIES)


class Device:
    """The shared state of a running router."""

    def __init__(self, address: str, version: str, speed: float) -> None:
        self.address = address
        self.version = version
        self.release = parse_version(version)
        self.lock = threading.RLock()
        self.tree = Tree()
        self.command_tree = Commands(version)
        self.clock = Clock(speed)
        self.faults = Faults()
        self.mode = Mode()
        self.sent: list[Sent] = []
        self.lines: deque[LogLine] = deque(maxlen=LOG_LINES)
        self.views: dict[str, View] = {}
        self.actions: dict[tuple[str, str], Action] = {}
        self.on_change: list[Callable[[str], None]] = []
        self.hub: Hub = nobody  # the far end of its WireGuard tunnels
        self.sstp = Links(self)
        self.boots = 0
        self.serial = ""
        self.globals: dict[str, Any] = {}
        self.safe_mode: Held | None = None
        self._logged = 0

    @property
    def identity(self) -> str:
        """The name the router calls itself, also NAS-Identifier."""
        return self.tree.singles["/system/identity"]["name"]

    def addresses(self) -> list[str]:
        """Where the router can be reached on this host: at its own address and at those of its tunnels."""
        tunnels = {
            row["name"] for row in self.tree.rows("/interface/wireguard") if row.get("disabled") != "true"
        }
        more = [
            row["address"].partition("/")[0]
            for row in self.tree.rows("/ip/address")
            if row["interface"] in tunnels and row.get("disabled") != "true"
        ]
        more += self.sstp.addresses()
        return [self.address, *(each for each in more if each.startswith("127.") and each != self.address)]

    def become(self, version: str) -> None:
        """Run another version from here on, with its own commands."""
        self.version = version
        self.release = parse_version(version)
        self.command_tree = Commands(version)

    def log(self, topics: str, message: str) -> None:
        """Write a line of /log and hand it to listeners."""
        with self.lock:
            self._logged += 1
            line = LogLine(f"*{self._logged:X}", self.clock.now(), topics, message)
            self.lines.append(line)
            self.tree.changed("/log", log_row(line))

    def changed(self, path: str) -> None:
        """Let servers follow a written menu."""
        for follow in self.on_change:
            follow(path)

    def caller(self, name: str, via: str, address: str = "") -> Caller:
        """The caller for a user name with the rights of the group; an unknown name has none."""
        user = self.tree.find("/user", name=name)
        group = self.tree.find("/user/group", name=user["group"]) if user else None
        granted = (group or {}).get("policy", "").split(",")
        return Caller(name, frozenset(p for p in granted if p and not p.startswith("!")), address, via)


def log_row(line: LogLine) -> Row:
    """A log line as /log prints it."""
    stamp = line.time.strftime("%Y-%m-%d %H:%M:%S")
    return {".id": line.id, "time": stamp, "buffer": "memory", "topics": line.topics, "message": line.message}


SYSTEM = Caller("*sys", EVERYTHING, via="system")
