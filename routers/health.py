"""Asking a router how it is: one conversation with a few short questions, each of which it may not understand."""

from collections.abc import Callable
from typing import TypeVar

from routers import readings, rows
from routers.device import Device, Trapped
from routers.readings import Reading

T = TypeVar("T")

_RESOURCE = ("version", "board-name", "cpu-load", "free-memory", "total-memory", "uptime")
_PORTS = ("name", "default-name", "type", "running", "disabled", "dynamic", "comment", "rx-byte", "tx-byte", "rx-error",
          "tx-error", "link-downs")  # fmt: skip
_NEIGHBOUR = ("identity", "platform", "board", "version", "interface", "address", "mac-address")
NOT_DYNAMIC = ("dynamic=true", "#!")  # the flag may be missing, so 'dynamic=false' would lose rows


def measure(device: Device, *, extras: bool = False) -> tuple[Reading, str]:
    """A reading and the sockets of its front as letters; extras are what changes seldom: neighbours and the log."""
    found = device.read("/system/resource", fields=_RESOURCE)
    ports = device.read("/interface", *NOT_DYNAMIC, fields=_PORTS)
    told = readings.resource(found[0] if found else {})
    told |= readings.sensors(_or_nothing(lambda: device.read("/system/health"), []))
    reading = Reading(
        **told,  # type: ignore[arg-type]  # names and kinds are those of Reading
        ports=readings.ports(ports),
        ppp=_or_nothing(lambda: device.count("/ppp/active"), None),
        hotspot=_or_nothing(lambda: device.count("/ip/hotspot/active"), None),
        leases=_or_nothing(lambda: device.count("/ip/dhcp-server/lease", "status=bound"), None),
        queues=_or_nothing(lambda: device.count("/queue/simple"), None),
        radius=_or_nothing(lambda: _radius(device), None),
        neighbours=_or_nothing(lambda: _neighbours(device), None) if extras else None,
        lines=_or_nothing(lambda: _lines(device), ()) if extras else (),
    )
    return reading, readings.front(ports)


def _or_nothing(ask: Callable[[], T], nothing: T) -> T:
    """What a menu that the router does not have says: a package is missing, or the board has no such thing."""
    try:
        return ask()
    except Trapped:
        return nothing


def _radius(device: Device) -> readings.RadiusCounters | None:
    """The counters of our own servers; those of others are not ours to judge."""
    found = device.read("/radius", fields=(".id", "comment"))
    ours = [
        row[".id"] for row in found if row.get("comment", "").startswith(f"{rows.MARK}:") and ".id" in row
    ]
    told = [
        row for each in ours[:4] for row in device.do("/radius/monitor", {"numbers": each, "once": ""})[:1]
    ]
    return readings.radius(told) if ours else None


def _neighbours(device: Device) -> tuple[dict[str, str], ...]:
    return readings.neighbours(device.read("/ip/neighbor", fields=_NEIGHBOUR))


def _lines(device: Device) -> tuple[readings.Line, ...]:
    return readings.lines(device.read("/log", fields=(".id", "time", "topics", "message")))
