"""The speed of one session: its own counters and nobody else's."""

from typing import Any

import pytest

from routers import live
from routers.device import Trapped
from routers.live import Reading

MAC, IP = "02:00:5E:10:00:01", "10.5.50.20"


class Says:
    """A router with rows for each menu; menus without rows do not exist."""

    def __init__(self, **menus: list[dict[str, str]]) -> None:
        self.menus = menus
        self.asked: list[tuple[str, ...]] = []

    def read(self, path: str, *queries: str, fields: Any = ()) -> list[dict[str, str]]:
        self.asked.append((path, *queries))
        name = path.strip("/").replace("/", "_")
        if name not in self.menus:
            raise Trapped("no such command prefix")
        wanted = dict(query.split("=", 1) for query in queries)
        return [row for row in self.menus[name] if wanted.items() <= row.items()]


def read(router: Says) -> Reading:
    return live.read(router, mac=MAC, address=IP)  # type: ignore[arg-type]


def test_pppoe_by_its_interface() -> None:
    active = {"name": "ana", "caller-id": MAC.lower(), "service": "pppoe", "address": IP}
    counted = {"name": "<pppoe-ana>", "rx-byte": "100", "tx-byte": "900"}
    other = {"name": "<pppoe-bob>", "rx-byte": "7", "tx-byte": "7"}
    assert read(Says(ppp_active=[active], interface=[other, counted])) == Reading(100, 900, "pppoe")


def test_hotspot_by_its_own_counters() -> None:
    rows = [
        {"mac-address": "02:00:5E:10:00:99", "address": IP, "bytes-in": "5", "bytes-out": "5"},
        {"mac-address": MAC, "address": IP, "bytes-in": "10", "bytes-out": "x"},
    ]
    assert read(Says(ip_hotspot_active=rows)) == Reading(10, 0, "hotspot")
    assert read(Says(ip_hotspot_active=rows[:1])).found == ""
    assert read(Says()).found == ""


@pytest.mark.parametrize(
    ("after", "seconds", "speed"),
    [
        (Reading(1100, 3000, "hotspot"), 2.0, (400, 8000)),
        (Reading(0, 3000, "hotspot"), 2.0, None),
        (Reading(1100, 3000, "pppoe"), 2.0, None),
        (Reading(1100, 3000, "hotspot"), 0.0, None),
    ],
)
def test_speed(after: Reading, seconds: float, speed: tuple[int, int] | None) -> None:
    assert live.rate(Reading(1000, 1000, "hotspot"), after, seconds) == speed
