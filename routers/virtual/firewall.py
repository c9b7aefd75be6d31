"""The input chain and what a hotspot puts before it: does the router take a packet that is meant for itself?"""

import ipaddress

from routers.virtual.device import Device
from routers.virtual.tree import Row

FILTER, LISTS = "/ip/firewall/filter", "/ip/firewall/address-list"
HOTSPOT, BINDINGS = "/ip/hotspot", "/ip/hotspot/ip-binding"
_NUMBERS = {"6": "tcp", "17": "udp", "1": "icmp"}
_KNOWN = {
    ".id", "chain", "action", "src-address", "dst-address", "protocol", "dst-port", "connection-state", "in-interface",
    "src-address-list", "jump-target", "log", "log-prefix", "disabled", "comment", "reject-with",
}  # fmt: skip
_DEEPEST = 8


def verdict(device: Device, source: str, protocol: str, port: int, *, new: bool = True) -> str:
    """accept, drop or reject, as the rules say from the first to the last; what no rule knows is accepted."""
    packet = (source, protocol, port, "new" if new else "established")
    with device.lock:
        if _is_guest(device, source):
            return "reject"
        return _chain(device, "input", packet, 0) or "accept"


def _is_guest(device: Device, source: str) -> bool:
    """A hotspot puts rules of its own before all others: who has not signed in reaches no service of the router."""
    interface = _interface_to(device, source)
    served = any(
        row.get("interface") == interface and row.get("disabled") != "true"
        for row in device.tree.rows(HOTSPOT)
    )
    bypassed = any(
        row.get("type") == "bypassed" and row.get("disabled") != "true" and row.get("address") == source
        for row in device.tree.rows(BINDINGS)
    )
    return bool(interface) and served and not bypassed


def _chain(device: Device, chain: str, packet: tuple[str, str, int, str], depth: int) -> str:
    if depth > _DEEPEST:
        return ""
    for row in device.tree.rows(FILTER):
        if row.get("chain") != chain or row.get("disabled") == "true" or not _matches(device, row, packet):
            continue
        action = row.get("action", "accept")
        if action in ("accept", "drop", "reject"):
            return action
        if action == "tarpit":
            return "drop"
        if action == "return":
            return ""
        if action == "jump":
            found = _chain(device, row.get("jump-target", ""), packet, depth + 1)
            if found:
                return found
    return ""


def _matches(device: Device, row: Row, packet: tuple[str, str, int, str]) -> bool:
    source, protocol, port, state = packet
    if row.keys() - _KNOWN:  # a matcher that means nothing here, so the rule is for other packets
        return False
    tests = (
        ("src-address", lambda given: _within(source, given)),
        ("dst-address", lambda given: _within(device.address, given)),
        ("protocol", lambda given: _NUMBERS.get(given, given) == protocol),
        ("dst-port", lambda given: _in_ports(port, given)),
        ("connection-state", lambda given: state in given.split(",")),
        ("in-interface", lambda given: given == _interface_to(device, source)),
        ("src-address-list", lambda given: _listed(device, source, given)),
    )
    return all(_holds(row[name], test) for name, test in tests if row.get(name))


def _holds(given: str, test: object) -> bool:
    assert callable(test)
    return not test(given[1:]) if given.startswith("!") else bool(test(given))


def _within(address: str, given: str) -> bool:
    here = ipaddress.IPv4Address(address)
    first, dash, last = given.partition("-")
    if dash:
        return ipaddress.IPv4Address(first) <= here <= ipaddress.IPv4Address(last)
    return here in ipaddress.IPv4Network(given, strict=False)


def _in_ports(port: int, given: str) -> bool:
    spans = (part.partition("-") for part in given.split(","))
    return any(int(first) <= port <= int(last or first) for first, _dash, last in spans)


def _interface_to(device: Device, source: str) -> str:
    for row in device.tree.rows("/ip/address"):
        if row.get("disabled") != "true" and _within(source, row["address"]):
            return row["interface"]
    return ""


def _listed(device: Device, source: str, name: str) -> bool:
    rows = device.tree.rows(LISTS)
    return any(
        r["list"] == name and r.get("disabled") != "true" and _within(source, r["address"]) for r in rows
    )
