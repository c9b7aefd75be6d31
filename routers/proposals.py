"""What there is on a router that is not ours, and what we would take over of it. Pure; it writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from routers import rows, thing
from routers.facts import Facts
from routers.rows import MARK, Found, Owner

# Menus whose rows may be taken over. The others hold the way to the router, or rows that only we make.
TAKEABLE = (
    "/ip/pool",
    "/ip/dhcp-server/network",
    "/ip/dhcp-server",
    "/ip/hotspot/profile",
    "/ip/hotspot",
    "/ip/hotspot/user/profile",
    "/ip/hotspot/user",
    "/ip/hotspot/walled-garden/ip",
    "/ppp/profile",
    "/interface/pppoe-server/server",
    "/ppp/secret",
    "/queue/type",
    "/queue/simple",
    "/ip/firewall/address-list",
    "/ip/firewall/filter",
    "/ip/firewall/nat",
)
SHOWN = ("/interface/vlan", "/ip/address", "/radius", *TAKEABLE)
_PEOPLE = {"/ppp/secret", "/ip/hotspot/user"}
_FIREWALL = {"/ip/firewall/filter", "/ip/firewall/nat"}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A row of somebody else: what it is, whether we would take it over, and why."""

    path: str
    id: str
    name: str
    told: tuple[tuple[str, str], ...]  # what is configured in it, without secrets
    take: bool
    may_take: bool
    reason: str

    @property
    def ref(self) -> str:
        """Names the row in a form."""
        return f"{self.path} {self.id}"


def proposed(facts: Facts) -> list[Proposal]:
    """Every configured row that is not ours, menu by menu."""
    used = _used(facts)
    return [
        _proposal(path, found, used) for path in SHOWN for found in facts.of(path) if _foreign(path, found)
    ]


def _foreign(path: str, found: Found) -> bool:
    return bool(found.id) and found.values.get("dynamic") != "true" and rows.key_of(found, "") is None


def _proposal(path: str, found: Found, used: set[tuple[str, str]]) -> Proposal:
    values = rows.told(found.values)
    secret = rows.BY_PATH[path].secrets
    name = thing.of(path, "", values)
    take, may, reason = _judged(path, found, used)
    told = tuple(sorted((n, v) for n, v in values.items() if n not in secret and v))
    return Proposal(path, found.id, name[:80], told, take, may, reason)


def _judged(path: str, found: Found, used: set[tuple[str, str]]) -> tuple[bool, bool, str]:
    values = found.values
    if path not in TAKEABLE:
        return False, False, "Left: the way to the router may depend on it."
    if values.get("comment", "").startswith(f"{MARK}:") or rows.is_way_in(found):
        return False, False, "Left: the enrolment made it."
    if values.get("default") == "true" or values.get("name", "").startswith("default"):
        return False, False, "Left: every router has it."
    if path == "/queue/type" and (path, values.get("name", "")) not in used:
        return False, False, "Left: nothing uses it, or it came with the router."
    renamed = (
        f" Its name becomes {MARK}-{values.get('name', '')}: plans that name it must say so too."
        if rows.BY_PATH[path].owner is Owner.NAME
        else ""
    )
    if values.get("disabled") == "true":
        return False, True, f"Leave: it is switched off.{renamed}"
    if path in _PEOPLE:
        return False, True, "Leave: make an account of this user first, then remove it here."
    if path in _FIREWALL:
        return False, True, "Leave: other rules may depend on its place. Taken over, it is kept as it is."
    if path == "/ip/pool" and (path, values.get("name", "")) not in used:
        return False, True, "Leave: nothing on the router uses it."
    return True, True, f"Take over: subscribers depend on it. It is kept as it is.{renamed}"


def _used(facts: Facts) -> set[tuple[str, str]]:
    """Names that other rows refer to, by the menu they are in."""
    refers = (
        ("/ip/dhcp-server", "address-pool", "/ip/pool"),
        ("/ip/hotspot", "address-pool", "/ip/pool"),
        ("/ip/hotspot/user/profile", "address-pool", "/ip/pool"),
        ("/ppp/profile", "remote-address", "/ip/pool"),
        ("/ip/pool", "next-pool", "/ip/pool"),
    )
    found = {(to, row.values.get(name, "")) for path, name, to in refers for row in facts.of(path)}
    for row in facts.of("/queue/simple"):
        found |= {("/queue/type", name) for name in row.values.get("queue", "").split("/")}
    return found


def key_for(path: str, values: "dict[str, str]", token: str) -> tuple[str, dict[str, str]]:
    """The key of a row that is taken over, and the row with our mark."""
    if rows.BY_PATH[path].owner is Owner.NAME:
        name = f"{MARK}-{values.get('name', token)}"
        return name, {**values, "name": name}
    key = f"{rows.TAKEN}{token}"
    return key, {**values, "comment": f"{MARK}:{key}"}


def chosen(proposals: Sequence[Proposal], refs: Sequence[str]) -> list[Proposal]:
    """Those that a person picked, of those that may be taken."""
    wanted = set(refs)
    return [each for each in proposals if each.may_take and each.ref in wanted]
