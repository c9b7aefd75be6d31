"""Times and amounts as people say them in a rule trace."""

from __future__ import annotations

from datetime import datetime, tzinfo

_SPANS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_SPEEDS = ((10**9, "Gbps"), (10**6, "Mbps"), (10**3, "kbps"))
_SIZES = ((10**12, "TB"), (10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def moment(at: float, zone: tzinfo) -> str:
    """'22 Nov 14:05' at the ISP's own wall clock."""
    then = datetime.fromtimestamp(at, zone)
    return f"{then.day} {then:%b} {then:%H:%M}"


def span(seconds: float) -> str:
    """'2 h', '3 d 4 h': the two largest units, rounded down."""
    left, parts = int(max(seconds, 0)), list[str]()
    for size, unit in _SPANS:
        count, rest = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
            left = rest
        elif parts:
            break
        if len(parts) == 2:
            break
    return " ".join(parts) or "0 s"


def amount(octets: int) -> str:
    """'1.5 GB', decimal units as plans are sold."""
    for size, unit in _SIZES:
        if octets >= size:
            return f"{octets / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{max(octets, 0)} B"


def bits(bps: int) -> str:
    """'1.5 Mbps'."""
    for size, unit in _SPEEDS:
        if bps >= size:
            return f"{bps / size:.1f}".removesuffix(".0") + f" {unit}"
    return f"{max(bps, 0)} bps"
