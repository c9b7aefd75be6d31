"""RouterOS versions: what runs, what its channel offers, and an upgrade that looks before and after."""

from dataclasses import dataclass

from routers import desired, rights, rows, talk
from routers.device import Device, Unreachable

NEEDED_SPACE = 20 << 20  # octets free for the packages of an upgrade, beside the running system
SMALL_DISK = 32 << 20  # boards with so little keep the download in memory
SETTLED = 5 * 60 * 1000  # a router that started less than five minutes ago may be in a loop


@dataclass(frozen=True, slots=True)
class Report:
    """What a router told of its version."""

    channel: str
    installed: str
    latest: str
    status: str
    board_firmware: str = ""
    board_upgrade: str = ""

    @property
    def is_behind(self) -> bool:
        return is_newer(self.latest, self.installed)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at before an upgrade."""

    title: str
    text: str
    is_fine: bool


def is_newer(latest: str, installed: str) -> bool:
    """Whether the channel offers something newer; unknown versions are not."""
    offered, runs = desired.version_of(latest), desired.version_of(installed)
    return offered > runs != (0, 0, 0)


def check(device: Device) -> Report:
    """Ask the router to ask its channel; the router goes out to MikroTik for that."""
    told: dict[str, str] = {}
    for row in device.do("/system/package/update/check-for-updates", {"once": ""}):
        told |= row
    kept = device.read("/system/package/update")
    told = (kept[0] if kept else {}) | told
    board = talk.optional(device, "/system/routerboard")
    first = board[0] if board else {}
    return Report(
        channel=told.get("channel", "")[:20],
        installed=told.get("installed-version", "")[:40],
        latest=told.get("latest-version", "")[:40],
        status=told.get("status", "")[:120],
        board_firmware=first.get("current-firmware", "")[:40],
        board_upgrade=first.get("upgrade-firmware", "")[:40],
    )


def preflight(device: Device, user: str, needs: tuple[str, ...]) -> list[Check]:
    """What must hold before an upgrade: rights, room, and a router that has been up for a while."""
    have = talk.rights_of(device, user)
    lacking = rights.missing(needs, have or ())
    resource = device.read("/system/resource", fields=("uptime", "free-hdd-space", "total-hdd-space"))
    values = resource[0] if resource else {}
    free, total = _octets(values.get("free-hdd-space", "")), _octets(values.get("total-hdd-space", ""))
    uptime = rows.milliseconds(values.get("uptime", "")) or 0
    needed = NEEDED_SPACE if total > SMALL_DISK else 0
    return [
        Check(
            "Rights",
            rights.sentence(user, lacking) if lacking else "Our user may restart the router.",
            not lacking,
        ),
        Check(
            "Room",
            f"{free >> 20} MiB are free, {needed >> 20} MiB are needed."
            if needed
            else f"{free >> 20} MiB are free; this board keeps the download in memory.",
            free >= needed,
        ),
        Check(
            "Running for a while",
            "It started more than five minutes ago."
            if uptime >= SETTLED
            else "It started less than five minutes ago and may be restarting again and again. Wait, then try again.",
            uptime >= SETTLED,
        ),
    ]


def _octets(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def install(device: Device) -> str:
    """Download and install; the router restarts by itself, so a broken connection is the expected end."""
    return _until_gone(device, "/system/package/update/install")


def restart(device: Device) -> str:
    """Restart the router; the connection may end before its answer."""
    return _until_gone(device, "/system/reboot")


def _until_gone(device: Device, command: str) -> str:
    """The last word of the router, which may be none."""
    try:
        told = device.do(command, {})
    except Unreachable:
        return ""
    return told[-1].get("status", "")[:120] if told else ""


def state_of(device: Device) -> tuple[str, int]:
    """The version that runs now, and for how many milliseconds."""
    found = device.read("/system/resource", fields=("version", "uptime"))
    values = found[0] if found else {}
    return values.get("version", ""), rows.milliseconds(values.get("uptime", "")) or 0
