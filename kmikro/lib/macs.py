"""MAC addresses in the one way we write them, from all the ways in which people and routers do."""

import re

_SHAPE = re.compile(r"[0-9A-Fa-f]{2}(?:[:. -]?[0-9A-Fa-f]{2}){5}")


def normalise(typed: str) -> str:
    """'AA:BB:CC:DD:EE:FF', or '' when it is no MAC."""
    if not _SHAPE.fullmatch(typed):
        return ""
    digits = "".join(each for each in typed if each.isalnum()).upper()
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def of_device(typed: str) -> str:
    """`normalise`, and '' too for what no single device has: groups and zeros."""
    written = normalise(typed.strip())
    return "" if not written or int(written[1], 16) & 1 or written == "00:00:00:00:00:00" else written
