"""Commands of upkeep: backup file, reading files in pieces, updates, restart, and the tools that look at the network."""

import hashlib
import ipaddress
import json
import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from routers.virtual import files
from routers.virtual.device import Action, Call, Caller, Device, Reply
from routers.virtual.dispatch import display
from routers.virtual.hotspot import Hotspot
from routers.virtual.traps import Trap, missing_values, no_match, not_permitted
from routers.virtual.tree import Row
from routers.virtual.values import address as check_address
from routers.virtual.values import integer

_NEW, _NEWEST = "New version is available", "System is already up to date"
_BIGGEST_PIECE = 32_768
DOWN = 0.3  # seconds without any door during a restart


@dataclass
class Channel:
    """What MikroTik's servers would say: the newest version, nothing when they cannot be reached."""

    latest: str = ""
    is_reachable: bool = True
    status: str = ""
    waiting: list[threading.Thread] = field(default_factory=list)


class Upkeep:
    """The commands with the parts of the router they work on; `restart` is the power button."""

    def __init__(self, device: Device, hotspot: Hotspot, restart: Callable[[], None]) -> None:
        self.device = device
        self.hotspot = hotspot
        self.restart = restart
        self.channel = Channel()
        self._before: dict[str, tuple[float, int, int]] = {}
        table: dict[tuple[str, str], Action] = {
            ("/system/backup", "save"): self.save,
            ("/file", "read"): self.read_file,
            ("/system/package/update", "check-for-updates"): self.check,
            ("/system/package/update", "install"): self.install,
            ("/system", "reboot"): self.reboot,
            ("/tool", "traceroute"): self.traceroute,
            ("/tool", "torch"): self.torch,
            ("/interface", "monitor-traffic"): self.traffic,
        }
        device.actions.update(table)
        device.views["/system/package/update"] = self._update
        device.views["/file"] = _without_binaries

    def save(self, caller: Caller, call: Call) -> Reply:
        """Write the whole configuration, users included, into a binary file that a password locks."""
        if not (caller.may("policy") and caller.may("sensitive")):
            raise not_permitted()
        name = call.args.get("name") or f"{self.device.identity}-{self.device.clock.now():%Y%m%d-%H%M}"
        with self.device.lock:
            plain = zlib.compress(json.dumps(self.device.tree.snapshot()).encode())
        key = call.args.get("password", "")
        locked = bytes(a ^ b for a, b in zip(plain, _stream(key, len(plain)), strict=True)) if key else plain
        files.write(
            self.device, f"{name}.backup", (b"\x88\xac\xa1\xb1" + locked).decode("utf-8", "surrogateescape")
        )
        self.device.log("system,info", "Configuration backup saved")
        return Reply()

    def read_file(self, caller: Caller, call: Call) -> Reply:
        """A piece of a file as it is."""
        name = call.args.get("file")
        if not name:
            raise missing_values("file")
        text = files.read(self.device, name)
        if text is None:
            raise Trap("no such item")
        content = text.encode("utf-8", "surrogateescape")
        start = int(integer(0, 2**32)("offset", call.args.get("offset", "0")))
        size = int(integer(1, _BIGGEST_PIECE)("chunk-size", call.args.get("chunk-size", "512")))
        piece = content[start : start + size]
        return Reply(rows=[{"data": piece.decode("utf-8", "surrogateescape")}])

    def _update(self, rows: list[Row]) -> list[Row]:
        row = {**rows[0], "installed-version": self.device.version.split(" ", maxsplit=1)[0]}
        if self.channel.status:
            row["status"] = self.channel.status
            if self.channel.is_reachable:
                row["latest-version"] = self.channel.latest or row["installed-version"]
        return [row]

    def check(self, caller: Caller, call: Call) -> Reply:
        """Ask the channel; what is said last stays in the menu."""
        installed = self.device.version.split(" ", maxsplit=1)[0]
        newest = self.channel.latest or installed
        if not self.channel.is_reachable:
            self.channel.status = "ERROR: could not resolve dns name"
        else:
            self.channel.status = _NEW if newest != installed else _NEWEST
        shown = display(self.device, caller, "/system/package/update")[0]
        first = {"channel": shown["channel"], "installed-version": installed, ".section": "0"}
        return Reply(
            rows=[{**first, "status": "finding out latest version..."}, {**shown, ".section": "1"}],
        )

    def install(self, caller: Caller, call: Call) -> Reply:
        """Download, then restart into the new version."""
        if not (caller.may("policy") and caller.may("reboot")):
            raise not_permitted()
        self.check(caller, call)
        if self.channel.status != _NEW:
            return Reply(rows=[{"status": self.channel.status, ".section": "0"}])
        kind = self.device.version.partition(" ")[2] or "(stable)"
        self._power_cycle(f"{self.channel.latest} {kind}")
        return Reply(rows=[{"status": "Downloaded, rebooting...", ".section": "0"}])

    def reboot(self, caller: Caller, call: Call) -> Reply:
        """Restart without asking."""
        self.device.log("system,info", f"router rebooted by {caller.via}:{caller.user}")
        self._power_cycle(self.device.version)
        return Reply()

    def _power_cycle(self, version: str) -> None:
        def cycle() -> None:
            threading.Event().wait(0.05)  # the answer of the command may still get out
            self.device.become(version)
            self.channel.status = ""
            self.restart()

        thread = threading.Thread(target=cycle, daemon=True, name="restart")
        self.channel.waiting.append(thread)
        thread.start()

    def traceroute(self, caller: Caller, call: Call) -> Reply:
        """One step for what is near; the rest of the internet is not there and times out."""
        target = check_address("address", call.args.get("address", ""))
        if target.startswith("127.") or self._is_own(caller, target):
            row = {"address": target, "loss": "0%", "sent": "1", "last": "0.3ms", "avg": "0.3", "best": "0.3"}
            return Reply(rows=[{**row, "worst": "0.3", "status": "", ".section": "0"}])
        hops = int(integer(1, 255)("max-hops", call.args.get("max-hops", "5")))
        silent = {"address": "", "loss": "100%", "sent": "1", "last": "timeout", "status": ""}
        return Reply(rows=[{**silent, ".section": "0"} for _ in range(min(hops, 5))])

    def _is_own(self, caller: Caller, target: str) -> bool:
        return any(
            row["address"].split("/")[0] == target for row in display(self.device, caller, "/ip/address")
        )

    def torch(self, caller: Caller, call: Call) -> Reply:
        """Who of the hotspot's people moves something now; only what was asked for is told apart."""
        interface = self._interface(caller, call.args.get("interface"))
        network = ipaddress.ip_network(call.args.get("src-address", "0.0.0.0/0"), strict=False)
        server = self.hotspot.server()
        rows: list[Row] = []
        if server is not None and server["interface"] == interface:
            for session in list(self.hotspot.sessions):
                if ipaddress.ip_address(session.phone.ip) not in network or not session.phone.moving:
                    continue
                row = {"tx": "1500000", "rx": "180000", "tx-packets": "130", "rx-packets": "90"}
                if "ip-protocol" in call.args:
                    row["ip-protocol"] = "tcp"
                if "src-address" in call.args:
                    row["src-address"] = session.phone.ip
                rows.append({"mac-protocol": "ip", **row, ".section": "0"})
        total = {way: str(sum(int(row[way]) for row in rows)) for way in ("tx", "rx")}
        return Reply(rows=[*rows, {**total, "tx-packets": "0", "rx-packets": "0", ".section": "0"}])

    def traffic(self, caller: Caller, call: Call) -> Reply:
        """Speed of interfaces: once, or every second until cancelled, each picture with its number."""
        given = call.args.get("interface")
        if not given:
            raise missing_values("interface")
        names = [self._interface(caller, name) for name in given.split(",")]
        if "once" in call.args:
            return Reply(rows=[self._speed(name) for name in names])
        number = 0
        while not call.cancelled.wait(1.0 if number else 0.0):
            for name in names:
                call.emit({**self._speed(name), ".section": str(number)})
            number += 1
        raise Trap("interrupted", category=2)

    def _speed(self, name: str) -> Row:
        now = self.device.clock.seconds()
        sessions = list(self.hotspot.sessions)
        server = self.hotspot.server()
        mine = sessions if server is not None and server["interface"] == name else []
        up, down = sum(s.upload for s in mine), sum(s.download for s in mine)
        then, old_up, old_down = self._before.get(name, (now, up, down))
        self._before[name] = (now, up, down)
        passed = max(now - then, 0.001)
        rates = {"rx": max(up - old_up, 0) * 8 / passed, "tx": max(down - old_down, 0) * 8 / passed}
        row = {"name": name}
        for way, rate in rates.items():
            row |= {
                f"{way}-packets-per-second": str(int(rate / 9600)),
                f"{way}-bits-per-second": str(int(rate)),
                f"{way}-drops-per-second": "0",
                f"{way}-errors-per-second": "0",
            }
        return row

    def _interface(self, caller: Caller, name: str | None) -> str:
        if not name:
            raise missing_values("interface")
        if all(row["name"] != name for row in display(self.device, caller, "/interface")):
            raise no_match("interface")
        return name


def _stream(key: str, size: int) -> bytes:
    parts, number = bytearray(), 0
    while len(parts) < size:
        parts += hashlib.sha256(f"{key}|{number}".encode()).digest()
        number += 1
    return bytes(parts[:size])


def _without_binaries(rows: list[Row]) -> list[Row]:
    """Print shows the contents of small text files only."""
    return [
        {name: value for name, value in row.items() if name != "contents" or row.get("type") != "backup"}
        for row in rows
    ]
