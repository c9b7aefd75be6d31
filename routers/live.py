"""How fast one subscriber is now: two readings of the router's counters and the time between them."""

from dataclasses import dataclass

from kmikro.lib import macs
from routers import talk, tools
from routers.device import Device

LONGEST = 3 * 60  # seconds after which a page stops asking
EVERY = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """Octets of a session so far, as the router counts them; found tells where."""

    upload: int
    download: int
    found: str  # pppoe, hotspot or nothing


def read(device: Device, *, mac: str, address: str) -> Reading:
    """The counters of the session of a device; it is found by MAC and address both."""
    active = talk.optional(
        device, "/ppp/active", f"address={address}", fields=("name", "caller-id", "service")
    )
    for row in active:
        if _same(row.get("caller-id", ""), mac):
            name = f"<{row.get('service', 'pppoe')}-{row.get('name', '')}>"
            counted = device.read("/interface", f"name={name}", fields=("name", "rx-byte", "tx-byte"))
            if counted:
                return Reading(
                    tools.number(counted[0].get("rx-byte", "")),
                    tools.number(counted[0].get("tx-byte", "")),
                    "pppoe",
                )
    fields = ("mac-address", "bytes-in", "bytes-out")
    for row in talk.optional(device, "/ip/hotspot/active", f"address={address}", fields=fields):
        if _same(row.get("mac-address", ""), mac):
            return Reading(
                tools.number(row.get("bytes-in", "")), tools.number(row.get("bytes-out", "")), "hotspot"
            )
    return Reading(0, 0, "")


def _same(caller: str, mac: str) -> bool:
    return bool(mac) and (macs.normalise(caller) or caller) == (macs.normalise(mac) or mac)


def rate(before: Reading, after: Reading, seconds: float) -> tuple[int, int] | None:
    """Upload and download in bits a second; None when the counters began anew or no time went by."""
    up, down = after.upload - before.upload, after.download - before.download
    if seconds <= 0 or up < 0 or down < 0 or before.found != after.found or not after.found:
        return None
    return round(8 * up / seconds), round(8 * down / seconds)
