"""What we ever say to a router: reading, writing menus that hold rows of ours, and a few acts. Anything else is a bug."""

from routers import restoring, rows
from routers.rows import Owner

# Acts that are no writing of rows of ours, each with its one user.
ACTS = frozenset(
    {
        "/login",  # device
        "/radius/monitor",  # health, once
        "/ip/hotspot/active/remove",  # kick
        "/ip/hotspot/cookie/remove",  # kick
        "/ppp/active/remove",  # kick
        "/safe-mode/take",  # guarding
        "/safe-mode/release",  # guarding
        "/safe-mode/unroll",  # guarding
        "/system/scheduler/add",  # guarding
        "/system/scheduler/remove",  # guarding
        "/tool/ping",  # tools
        "/ping",  # tools, on RouterOS 6
        "/tool/traceroute",  # tools
        "/tool/torch",  # tools
        "/interface/monitor-traffic",  # tools
        "/system/package/update/check-for-updates",  # firmware
        "/system/package/update/install",  # firmware
        "/system/reboot",  # firmware
        "/system/backup/save",  # copies
        "/file/read",  # copies
    }
)
_ROWS, _SINGLE = ("add", "set", "remove"), ("set",)
WRITES = frozenset(
    f"{menu.path}/{verb}"
    for menu in rows.MENUS
    for verb in (_SINGLE if menu.owner is Owner.SINGLE else _ROWS)
)

# Rows that a restore adds; it changes and removes none.
RESTORES = frozenset(f"{path}/add" for path in restoring.KEYS)


def is_allowed(command: str) -> bool:
    """Whether the product may send this API command word."""
    return command.endswith("/print") or command in WRITES or command in ACTS or command in RESTORES
