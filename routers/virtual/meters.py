"""What a router measures of itself: counters of its interfaces, sensors, leases and neighbours."""

from collections.abc import Callable

from routers.virtual.device import Device
from routers.virtual.hotspot import Hotspot
from routers.virtual.sessions import Session
from routers.virtual.tree import Row

LAN, WAN = "bridge-lan", "ether1"


class Meters:
    """Counters run from power-on; what people move goes through the bridge and the uplink."""

    def __init__(self, device: Device, hotspot: Hotspot) -> None:
        self.device = device
        self.hotspot = hotspot
        self.sensors: dict[str, tuple[str, str]] = {"voltage": ("24.1", "V"), "temperature": ("41", "C")}
        self.neighbours: list[Row] = []
        self.moved: dict[str, tuple[int, int]] = {}  # beyond people's traffic: name → received, sent
        self._people = [0, 0]  # up, down
        self._seen: dict[int, tuple[Session, int, int]] = {}

    def views(self) -> dict[str, Callable[[list[Row]], list[Row]]]:
        """The menus that show them."""
        return {
            "/interface": lambda rows: [self._interface(row) for row in rows],
            "/system/health": lambda rows: self._health(),
            "/ip/dhcp-server/lease": lambda rows: [*rows, *self._leases()],
            "/ip/neighbor": lambda rows: [
                {".id": f"*{number:X}", **row} for number, row in enumerate(self.neighbours, 1)
            ],
            "/ppp/active": lambda rows: [],
        }

    def _interface(self, row: Row) -> Row:
        up, down = self._count()
        received, sent = self.moved.get(row["name"], (0, 0))
        if row["name"] == LAN:
            received, sent = received + up, sent + down
        elif row["name"] == WAN:
            received, sent = received + down, sent + up
        running = "true" if row.get("disabled") != "true" else "false"
        counters = {"rx-byte": received, "tx-byte": sent, "rx-error": 0, "tx-error": 0, "link-downs": 0}
        shown = {**row, "running": running, "dynamic": "false", **{k: str(v) for k, v in counters.items()}}
        if row.get("type") == "ether":
            shown["default-name"] = row["name"]
        return shown

    def _count(self) -> list[int]:
        """What people moved since power-on, also those who have left meanwhile."""
        for session in list(self.hotspot.sessions):
            _, up, down = self._seen.get(id(session), (session, 0, 0))
            self._people[0] += session.upload - up
            self._people[1] += session.download - down
            self._seen[id(session)] = (session, session.upload, session.download)
        return self._people

    def _health(self) -> list[Row]:
        """A row for each sensor since RouterOS 7, one row of keys before."""
        if self.device.release < (7,):
            return [{name: f"{value}{unit}" for name, (value, unit) in self.sensors.items()}]
        return [
            {".id": f"*{number:X}", "name": name, "value": value, "type": unit}
            for number, (name, (value, unit)) in enumerate(self.sensors.items(), 13)
        ]

    def _leases(self) -> list[Row]:
        server = next(iter(self.device.tree.rows("/ip/dhcp-server")), None)
        return [
            {
                ".id": f"*{0x1000 + number:X}", "address": phone.ip, "mac-address": phone.mac,
                "server": server["name"] if server else "hs-dhcp", "status": "bound", "active-address": phone.ip,
                "active-mac-address": phone.mac, "dynamic": "true", "disabled": "false", "last-seen": "1m",
            }
            for number, phone in enumerate(list(self.hotspot.phones.values()), 1)
        ]  # fmt: skip
