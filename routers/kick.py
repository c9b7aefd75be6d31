"""Taking a session off a router over its API: the last resort when RADIUS did not do it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kmikro.lib import macs
from routers import readings, rows, talk
from routers.device import Device, Target
from routers.leaks import OnRouter

# Where sessions are, and what device and address are called there.
_MENUS = (("/ip/hotspot/active", "mac-address", "address"), ("/ppp/active", "caller-id", "address"))
_COOKIES = "/ip/hotspot/cookie"


@dataclass(frozen=True, slots=True)
class Removal:
    """How many rows were taken away, or why nobody could look."""

    rows: int
    trouble: str = ""


def end(target: Target, *, mac: str, address: str) -> Removal:
    """End the session of a device; needs no lease, since nothing that we keep in order is written."""
    if not mac or not address:  # one of them alone may be somebody else's
        return Removal(0, "The session has no device or no address by which the router could find it.")
    said = talk.with_router(target, lambda device: _remove(device, mac, address))
    return Removal(said.value or 0, said.trouble)


@dataclass(frozen=True, slots=True)
class Presence:
    """Whom a router has online, by MAC and address, or why nobody could look."""

    devices: frozenset[tuple[str, str]]
    trouble: str = ""


def present(target: Target) -> Presence:
    """Look who is online at a router."""
    said = talk.with_router(target, lambda device: frozenset(_present(device)))
    return Presence(said.value or frozenset(), said.trouble)


def _present(device: Device) -> Iterator[tuple[str, str]]:
    for menu, device_word, address_word in _MENUS:
        for row in talk.optional(device, menu, fields=(device_word, address_word)):
            caller = row.get(device_word, "")  # a MAC, or the address that a tunnel comes from
            yield macs.normalise(caller) or caller, row.get(address_word, "")


@dataclass(frozen=True, slots=True)
class People:
    """Who a router has online, as its lists say, or why nobody could look."""

    rows: tuple[OnRouter, ...]
    trouble: str = ""


def people(target: Target) -> People:
    """Read the active lists of hotspot and PPP."""
    said = talk.with_router(target, lambda device: tuple(_people(device)))
    return People(said.value or (), said.trouble)


def _people(device: Device) -> Iterator[OnRouter]:
    for way, menu, name, mac in (
        ("hotspot", "/ip/hotspot/active", "user", "mac-address"),
        ("ppp", "/ppp/active", "name", "caller-id"),
    ):
        for row in talk.optional(device, menu, fields=(name, mac, "address", "uptime")):
            caller = row.get(mac, "")
            up = rows.milliseconds(row.get("uptime", ""))
            username = readings.clean(row.get(name, ""), 128)
            shown = macs.normalise(caller) or readings.clean(caller, 40)
            yield OnRouter(way, username, shown, row.get("address", ""), None if up is None else up // 1000)


def _remove(device: Device, mac: str, address: str) -> int:
    """Cookies go first: a hotspot would let the device in again with one."""
    for row in _rows(device, _COOKIES, f"mac-address={mac}"):
        device.remove(_COOKIES, row)
    count = 0
    for menu, device_word, address_word in _MENUS:
        for row in _rows(device, menu, f"{device_word}={mac}", f"{address_word}={address}"):
            device.remove(menu, row)
            count += 1
    return count


def _rows(device: Device, menu: str, *queries: str) -> list[str]:
    return [row[".id"] for row in talk.optional(device, menu, *queries, fields=(".id",)) if ".id" in row]
