"""What could go wrong with a plan, in sentences: does it touch our way in, whom does it put offline, whom does it hit?"""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from routers import plan, rows
from routers.rows import Found, Owner

MOST_ACTIONS = 100  # beyond it RouterOS leaves safe mode without a word
LARGEST_SHARE = 0.5
MANY_PEOPLE = 25
ACCESS = ("/ip/service", "/user", "/user/group", "/user/aaa", "/certificate", "/system/device-mode")
CARRIERS = ("/interface", "/ip/address", "/ip/route", "/routing", "/ip/ipsec", "/ip/dhcp-client", "/ip/vrf")
CHAINS = ("/ip/firewall/filter", "/ip/firewall/raw")
_BLOCKS = frozenset({"drop", "reject", "tarpit"})
# Rows of ours in the firewall that hold the door open.
DOORS = frozenset({"api", "coa", "tunnel"})
_PEOPLE = {
    "/ip/hotspot": "/ip/hotspot/active",
    "/ip/hotspot/profile": "/ip/hotspot/active",
    "/interface/pppoe-server/server": "/ppp/active",
    "/ppp/profile": "/ppp/active",
}
# Menus that never decide whether a packet of ours reaches the router: plans of them alone need no guard.
DIRECT = frozenset(
    {
        "/file",
        "/radius",
        "/radius/incoming",
        "/ip/hotspot/walled-garden",
        "/ip/hotspot/walled-garden/ip",
        "/ip/hotspot/profile",
        "/ip/hotspot/user",
        "/ip/hotspot/user/profile",
        "/ppp/aaa",
        "/ppp/profile",
        "/ppp/secret",
        "/ip/pool",
        "/queue/simple",
    }
)
MOST_DIRECT = 20  # changes and removals; more of them at once are guarded, whatever they are


class Level(IntEnum):
    """How much it matters; a high one needs a person's yes."""

    NOTE = 1
    WARN = 2
    HIGH = 3


@dataclass(frozen=True, slots=True)
class Risk:
    """One sentence with its weight; code is for machines."""

    code: str
    level: Level
    text: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a plan is judged against: our way in, who is online, what other routers hand out."""

    our_address: str = ""
    api_port: int = 8728
    router_address: str = ""
    tables: Mapping[str, Sequence[Found]] = field(default_factory=dict)
    online: Mapping[str, int] = field(default_factory=dict)  # rows of /ip/hotspot/active and /ppp/active
    other_pools: Sequence[tuple[str, str]] = ()  # (name of the router, its ranges)


def weigh(steps: Sequence[plan.Step], around: Surroundings) -> list[Risk]:
    """Every risk of a plan, the heaviest first."""
    found = [risk for step in steps for risk in (_way_in(step, around), _conflict(step, around)) if risk]
    found += _whole(steps, around)
    unique = {risk.text: risk for risk in found}
    return sorted(unique.values(), key=lambda risk: -risk.level)


def is_direct(steps: Sequence[plan.Step], found: Sequence[Risk]) -> bool:
    """Whether a plan is so small and harmless that it may be applied without guard."""
    heavy = any(risk.level >= Level.WARN for risk in found)
    rewrites = sum(not isinstance(step, plan.Add) for step in steps)
    return not heavy and rewrites <= MOST_DIRECT and all(plan.path_of(step) in DIRECT for step in steps)


def needs_yes(found: Iterable[Risk]) -> list[Risk]:
    """The risks that a person must accept."""
    return [risk for risk in found if risk.level >= Level.HIGH]


def _values(step: plan.Step, around: Surroundings) -> Mapping[str, str]:
    """The row as it will be, or as it was when it goes."""
    if isinstance(step, plan.Add):
        return step.row.values
    before = _before(step, around)
    return before if isinstance(step, plan.Remove) else {**before, **step.changed}


def _before(step: plan.Step, around: Surroundings) -> Mapping[str, str]:
    if isinstance(step, plan.Add):
        return {}
    return next((row.values for row in around.tables.get(plan.path_of(step), ()) if row.id == step.id), {})


def _way_in(step: plan.Step, around: Surroundings) -> Risk | None:
    path, values = plan.path_of(step), _values(step, around)
    what = plan.sentence(step)
    if _under(path, ACCESS):
        return Risk("access", Level.HIGH, f"{what}: this decides who may sign in to the router, and where.")
    if path in CHAINS:
        return _firewall(step, values, around)
    if (
        path == "/ppp/profile"
        and {values.get("name", ""), _before(step, around).get("name", "")} & rows.WAYS_IN
    ):
        return Risk("way_in", Level.HIGH, f"{what}: our own way to the router goes through it.")
    ours = _our_interface(around) | rows.WAYS_IN
    if _under(path, CARRIERS) and path not in DIRECT and not path.startswith("/interface/pppoe-server"):
        touched = ours & {
            values.get(n, "") for n in ("name", "interface", "actual-interface", "bridge", "gateway")
        }
        carries = (
            path == "/ip/address" and values.get("address", "").partition("/")[0] == around.router_address
        )
        if touched or carries:
            return Risk("way_in", Level.HIGH, f"{what}: our own way to the router goes through it.")
    if (
        path == "/ip/hotspot"
        and not isinstance(step, plan.Remove)
        and values.get("disabled") not in {"true", "yes"}
    ):
        if values.get("interface", "") in ours:
            return Risk(
                "hotspot_way_in", Level.HIGH, f"{what}: a hotspot there shuts our own way to the router."
            )
    return None


def _firewall(step: plan.Step, values: Mapping[str, str], around: Surroundings) -> Risk | None:
    key = step.key if isinstance(step, plan.Remove) else step.row.key
    what = plan.sentence(step)
    if key in DOORS and not isinstance(step, plan.Add):
        return Risk("door", Level.HIGH, f"{what}: this rule lets us in.")
    goes = isinstance(step, plan.Remove) or values.get("disabled") in {"true", "yes"}
    if goes or values.get("action") not in _BLOCKS or values.get("chain") not in {"input", "prerouting"}:
        return None
    if not (_meets_us(values, around) and _meets_api(values, around)):
        return None
    return Risk("shuts_us_out", Level.HIGH, f"{what}: it can shut us out of the router.")


def _meets_us(values: Mapping[str, str], around: Surroundings) -> bool:
    """Whether our packets can match; what cannot be judged counts as a match."""
    interface = values.get("in-interface", "")
    known = _our_interface(around)
    if interface and known and interface not in known:
        return False
    source = values.get("src-address", "")
    if not source or source.startswith("!") or not around.our_address:
        return True
    return _overlap(source, around.our_address) is not False


def _meets_api(values: Mapping[str, str], around: Surroundings) -> bool:
    protocol, ports = values.get("protocol", ""), values.get("dst-port", "")
    if protocol and protocol not in {"tcp", "6"}:
        return protocol in {"udp", "17"} and not ports
    if not ports or ports.startswith("!"):
        return True
    spans = [part.partition("-") for part in ports.split(",")]
    try:
        return any(int(first) <= around.api_port <= int(last or first) for first, _dash, last in spans)
    except ValueError:
        return True


def _our_interface(around: Surroundings) -> set[str]:
    names: set[str] = set()
    for row in around.tables.get("/ip/address", ()):
        if row.values.get("address", "").partition("/")[0] == around.router_address:
            names |= {row.values.get("interface", ""), row.values.get("actual-interface", "")}
    return names - {""}


def _conflict(step: plan.Step, around: Surroundings) -> Risk | None:
    """Does a new address or pool lie in a network that is somewhere else already?"""
    path, values = plan.path_of(step), _values(step, around)
    if isinstance(step, plan.Remove) or path not in {"/ip/address", "/ip/pool"}:
        return None
    written = step.row.values if isinstance(step, plan.Add) else step.changed
    wanted = written.get("address" if path == "/ip/address" else "ranges", "")
    if not wanted:
        return None
    if path == "/ip/address":
        for row in around.tables.get("/ip/address", ()):
            elsewhere = row.values.get("interface") != values.get("interface")
            if elsewhere and _overlap(wanted, row.values.get("address", "")):
                where = f"{row.values.get('interface')} has {row.values.get('address')}"
                return Risk(
                    "conflict", Level.HIGH, f"{plan.sentence(step)}: {wanted} is in use there, {where}."
                )
    for name, ranges in around.other_pools:
        if any(_overlap(part, other) for part in wanted.split(",") for other in ranges.split(",")):
            text = f"{plan.sentence(step)}: {name} hands out addresses of {ranges} too."
            return Risk("shared_pool", Level.WARN, text)
    return None


def _overlap(one: str, other: str) -> bool | None:
    """None when one of them cannot be read."""
    try:
        (a, b), (c, d) = _span(one), _span(other)
    except ValueError:
        return None
    return a <= d and c <= b


def _span(text: str) -> tuple[int, int]:
    first, dash, last = text.strip().partition("-")
    if dash:
        return int(ipaddress.IPv4Address(first)), int(ipaddress.IPv4Address(last))
    network = ipaddress.IPv4Interface(first).network
    return int(network.network_address), int(network.broadcast_address)


def _whole(steps: Sequence[plan.Step], around: Surroundings) -> list[Risk]:
    found: list[Risk] = []
    ours = [
        row
        for menu in rows.MENUS
        if menu.owner is not Owner.SINGLE
        for row in around.tables.get(menu.path, ())
    ]
    mine = len(rows.owned(ours, rows.folder_on(False))) or len(rows.owned(ours, rows.folder_on(True)))
    removals = sum(isinstance(step, plan.Remove) for step in steps)
    if removals > 1 and removals > LARGEST_SHARE * mine:
        found.append(Risk("removals", Level.HIGH, f"It removes {removals} of our {mine} rows on the router."))
    lost = sum(around.online.get(menu, 0) for menu in shaken(steps))
    if lost:
        level = Level.HIGH if lost >= MANY_PEOPLE else Level.WARN
        people = "1 person who is" if lost == 1 else f"{lost} people who are"
        found.append(Risk("people", level, f"It can put {people} online now offline for a moment."))
    if len(steps) > MOST_ACTIONS:
        text = f"It has {len(steps)} steps. RouterOS undoes 100 by itself; beyond them only the timer takes it back."
        found.append(Risk("many", Level.HIGH, text))
    return found


def shaken(steps: Sequence[plan.Step]) -> set[str]:
    """The menus of people online whom removing or changing their server or profile can end."""
    touched = {plan.path_of(step) for step in steps if not isinstance(step, plan.Add)}
    return {_PEOPLE[path] for path in touched if path in _PEOPLE}


def _under(path: str, parents: Sequence[str]) -> bool:
    return any(path == parent or path.startswith(f"{parent}/") for parent in parents)
