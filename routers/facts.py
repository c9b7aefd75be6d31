"""What a router told about itself, and what follows from it."""

import ipaddress
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from routers.menus import MARK, OFFER
from routers.rows import Found

_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_OLD_DATE = re.compile(r"([a-z]{3})/(\d{2})/(\d{4})")  # before RouterOS 7.10


@dataclass(frozen=True, slots=True)
class Facts:
    """What the router told: rows of the menus that matter, by path."""

    version: str
    serial: str
    tables: Mapping[str, Sequence[Found]]

    def of(self, path: str) -> Sequence[Found]:
        return self.tables.get(path, ())

    @property
    def flash(self) -> bool:
        """A board with a flash folder loses everything beside it at a reboot."""
        return any(row.values.get("name") == "flash" for row in self.of("/file"))


def version_of(text: str) -> tuple[int, int, int]:
    """`7.20.8 (stable)` and `7.15rc2` as numbers; (0, 0, 0) when it cannot be read."""
    match = _VERSION.match(text)
    return (int(match[1]), int(match[2]), int(match[3] or 0)) if match else (0, 0, 0)


def date_of(text: str) -> str:
    """A date as newer versions write it: `nov/26/2026` is 2026-11-26; anything else stays."""
    match = _OLD_DATE.fullmatch(text)
    if match is None or match[1] not in _MONTHS:
        return text
    return f"{match[3]}-{_MONTHS.index(match[1]) + 1:02}-{match[2]}"


def networks(facts: Facts, interface: str) -> Iterator[ipaddress.IPv4Interface]:
    """The addresses in use on an interface, with their networks."""
    for row in facts.of("/ip/address"):
        values = row.values
        on = interface in {values.get("interface"), values.get("actual-interface")}
        if on and values.get("disabled") != "true":
            try:
                yield ipaddress.IPv4Interface(values.get("address", ""))
            except ValueError:
                continue


def hotspot_address(facts: Facts, interface: str) -> str:
    """The router's own address on the hotspot's interface, if not of our making; empty when there is none."""
    for row in facts.of("/ip/address"):
        values = row.values
        on = interface in {values.get("interface"), values.get("actual-interface")}
        if on and values.get("disabled") != "true" and not _made_by_us(row):
            return values.get("address", "").partition("/")[0]
    return ""


def address_pool(facts: Facts, interface: str) -> str:
    """The pool that serves the interface already, by its DHCP server or by its network; `none` without one."""
    pools = [row for row in facts.of("/ip/pool") if not _made_by_us(row)]
    names = {row.values.get("name") for row in pools}
    for row in facts.of("/ip/dhcp-server"):
        if row.values.get("interface") == interface and row.values.get("address-pool") in names:
            return row.values["address-pool"]
    for row in facts.of("/ip/address"):
        if row.values.get("interface") == interface and row.values.get("disabled") != "true":
            network = ipaddress.ip_interface(row.values.get("address", "0.0.0.0/32")).network
            for pool in pools:
                first = pool.values.get("ranges", "").partition("-")[0].partition(",")[0].partition("/")[0]
                if _within(first, network):
                    return pool.values.get("name", "none")
    return "none"


def _made_by_us(row: Found) -> bool:
    """What goes when its offer goes; the offers say themselves what they give."""
    values = row.values
    return values.get("comment", "").startswith(f"{MARK}:{OFFER}") or values.get("name", "").startswith(
        f"{MARK}-"
    )


def _within(text: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(text) in network
    except ValueError:
        return False
