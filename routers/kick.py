"""Taking a session off a router over its API: the last resort when RADIUS did not do it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kmikro.lib import macs
from kmikro.lib.refusal import Refusal
from routers import device, faults, readings, rows, sync
from routers.device import Device, DeviceError, Target, Trapped
from routers.leaks import OnRouter
from routers.models import Router

# Where sessions are, and what device and address are called there.
_MENUS = (("/ip/hotspot/active", "mac-address", "address"), ("/ppp/active", "caller-id", "address"))
_COOKIES = "/ip/hotspot/cookie"


@dataclass(frozen=True, slots=True)
class Removal:
    """How many rows were taken away, or why nobody could look."""

    rows: int
    trouble: str = ""


def target_of(router_id: int) -> Target | None:
    """Where the router's API is; None when there is no such router or it has not told its address."""
    router = Router.objects.filter(pk=router_id, address__isnull=False, leaving_at=None).first()
    if router is None:
        return None
    return sync.target_of(router)


def end(target: Target, *, mac: str, address: str) -> Removal:
    """End the session of a device; needs no lease, since nothing that we keep in order is written."""
    if not mac or not address:  # one of them alone may be somebody else's
        return Removal(0, "The session has no device or no address by which the router could find it.")
    try:
        sync.guard(target)
        with device.opened(target) as talk:
            return Removal(_remove(talk, mac, address))
    except (DeviceError, Refusal) as error:
        return Removal(0, faults.in_words(error, target))


@dataclass(frozen=True, slots=True)
class Presence:
    """Whom a router has online, by MAC and address, or why nobody could look."""

    devices: frozenset[tuple[str, str]]
    trouble: str = ""


def present(target: Target) -> Presence:
    """Look who is online at a router."""
    try:
        sync.guard(target)
        with device.opened(target) as talk:
            return Presence(frozenset(_present(talk)))
    except (DeviceError, Refusal) as error:
        return Presence(frozenset(), faults.in_words(error, target))


def _present(talk: Device) -> Iterator[tuple[str, str]]:
    for menu, device_word, address_word in _MENUS:
        try:
            online = talk.read(menu, fields=(device_word, address_word))
        except Trapped:  # the package is not installed: nobody is in there
            continue
        for row in online:
            caller = row.get(device_word, "")  # a MAC, or the address that a tunnel comes from
            yield macs.normalise(caller) or caller, row.get(address_word, "")


@dataclass(frozen=True, slots=True)
class People:
    """Who a router has online, as its lists say, or why nobody could look."""

    rows: tuple[OnRouter, ...]
    trouble: str = ""


def people(target: Target) -> People:
    """Read the active lists of hotspot and PPP."""
    try:
        sync.guard(target)
        with device.opened(target) as talk:
            return People(tuple(_people(talk)))
    except (DeviceError, Refusal) as error:
        return People((), faults.in_words(error, target))


def _people(talk: Device) -> Iterator[OnRouter]:
    for way, menu, name, mac in (
        ("hotspot", "/ip/hotspot/active", "user", "mac-address"),
        ("ppp", "/ppp/active", "name", "caller-id"),
    ):
        try:
            found = talk.read(menu, fields=(name, mac, "address", "uptime"))
        except Trapped:  # the package is not installed: nobody is in there
            continue
        for row in found:
            caller = row.get(mac, "")
            up = rows.milliseconds(row.get("uptime", ""))
            username = readings.clean(row.get(name, ""), 128)
            shown = macs.normalise(caller) or readings.clean(caller, 40)
            yield OnRouter(way, username, shown, row.get("address", ""), None if up is None else up // 1000)


def _remove(talk: Device, mac: str, address: str) -> int:
    """Cookies go first: a hotspot would let the device in again with one."""
    for row in _rows(talk, _COOKIES, f"mac-address={mac}"):
        talk.remove(_COOKIES, row)
    count = 0
    for menu, device_word, address_word in _MENUS:
        for row in _rows(talk, menu, f"{device_word}={mac}", f"{address_word}={address}"):
            talk.remove(menu, row)
            count += 1
    return count


def _rows(talk: Device, menu: str, *queries: str) -> list[str]:
    try:
        found = talk.read(menu, *queries, fields=(".id",))
    except Trapped:  # the package is not installed: nobody is in there
        return []
    return [row[".id"] for row in found if ".id" in row]
