"""What of a backup can be brought back to a router: rows that are missing there are added, nothing else is touched.

Rows that differ are told and left alone. Menus on which the way to the router hangs (interfaces, addresses, routes,
firewall, services, users) are never restored from here; rows of ours come by comparison with the desired state.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from routers import exports, rows
from routers.exports import Rows

# Menus whose rows can be added without any danger for the connection, with what tells their rows apart.
KEYS: Mapping[str, tuple[str, ...]] = {
    "/ip/pool": ("name",),
    "/ppp/profile": ("name",),
    "/ip/dns/static": ("name", "regexp", "address", "type"),
    "/ip/dhcp-server/network": ("address",),
    "/ip/dhcp-server/lease": ("mac-address", "client-id"),
    "/ip/hotspot/user/profile": ("name",),
    "/ip/hotspot/user": ("name", "server"),
    "/ip/hotspot/ip-binding": ("mac-address", "address", "server"),
    "/ip/hotspot/walled-garden": ("server", "dst-host", "dst-port", "path", "method", "action"),
    "/ip/hotspot/walled-garden/ip": ("server", "dst-host", "dst-address", "dst-port", "protocol", "action"),
    "/ip/firewall/address-list": ("list", "address"),
    "/queue/simple": ("name",),
}
MOST = 500  # rows of one restore


@dataclass(frozen=True, slots=True)
class Step:
    """One row: what is done with it, and the sentence a person reads; values are what would be added."""

    path: str
    do: str  # add, differs or skip
    text: str
    values: Mapping[str, str]


def plan(saved: Mapping[str, Rows], present: Mapping[str, Rows], paths: tuple[str, ...]) -> list[Step]:
    """The steps for the chosen menus, in the order in which rows can refer to each other."""
    steps: list[Step] = []
    for path in KEYS:
        if path not in paths:
            continue
        there = {_key(path, row): row for row in present.get(path, [])}
        steps += [step for row in saved.get(path, []) if (step := _step(path, row, there)) is not None]
    adds = [step for step in steps if step.do == "add"]
    late = {id(step) for step in adds[MOST:]}
    return [_late(step) if id(step) in late else step for step in steps]


def _late(step: Step) -> Step:
    text = f"{step.text.partition(':')[0]}: left out, one restore adds {MOST} rows. Restore again afterwards."
    return Step(step.path, "skip", text, {})


def _step(
    path: str, row: Mapping[str, str], there: Mapping[tuple[str, ...], Mapping[str, str]]
) -> Step | None:
    called = f"{path} {_called(path, row)}"
    if is_ours(row):
        return None
    found = there.get(_key(path, row))
    if found is not None:
        different = sorted(name for name in row.keys() | found.keys() if row.get(name) != found.get(name))
        if not different:
            return None
        return Step(
            path, "differs", f"{called}: is there with another {', '.join(different)}; left as it is.", {}
        )
    hidden = [name for name, value in row.items() if value == exports.MASK]
    if hidden:
        return Step(path, "skip", f"{called}: its {', '.join(hidden)} is in no backup; add it by hand.", {})
    return Step(path, "add", f"{called}: will be added.", dict(row))


def is_ours(row: Mapping[str, str]) -> bool:
    """Rows of ours are written by the comparison, never by a restore."""
    return any(
        value == rows.MARK or value.startswith((f"{rows.MARK}:", f"{rows.MARK}-"))
        for value in (row.get("comment", ""), row.get("name", ""))
    )


def _key(path: str, row: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(row.get(name, "") for name in KEYS[path])


def _called(path: str, row: Mapping[str, str]) -> str:
    words = [row[name] for name in KEYS[path] if row.get(name)]
    return exports.printable(" ".join(words))[:120] or "a row"


def digest(steps: list[Step]) -> str:
    """The same for the same plan: what was read and agreed to is what is done."""
    told = [(step.path, step.do, sorted(step.values.items()), step.text) for step in steps]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
