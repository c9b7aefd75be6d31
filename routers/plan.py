"""From what is wanted and what is there to ordered steps; applying a plan twice is applying it once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kmikro.lib.refusal import Refusal
from routers import rows
from routers.rows import Found, Owner, Row

LARGEST_SHARE = 0.5  # of our rows on a router; beyond it a person must say yes


@dataclass(frozen=True, slots=True)
class Add:
    """A row that is missing."""

    row: Row


@dataclass(frozen=True, slots=True)
class Set:
    """A row that is there with other values; only `changed` is written."""

    id: str
    row: Row
    changed: dict[str, str]


@dataclass(frozen=True, slots=True)
class Remove:
    """A row of ours that is not wanted any more."""

    id: str
    path: str
    key: str


Step = Add | Set | Remove
_PLACE = {menu.path: number for number, menu in enumerate(rows.MENUS)}


def diff(wanted: Sequence[Row], actual: Iterable[Found], *, folder: str, force: bool = False) -> list[Step]:
    """Steps from actual to wanted over owned rows; refuses to remove more than half of them without force."""
    have: dict[tuple[str, str], Found] = {}
    removals: list[Step] = []
    mine = rows.owned(actual, folder)
    want = {(row.path, row.key) for row in wanted}
    for key, found in mine:
        place = (found.path, key)
        # A second row with our key is left from an answer that got lost: no menu of these refuses duplicates.
        if place in have or (place not in want and rows.BY_PATH[found.path].owner is not Owner.SINGLE):
            removals.append(Remove(found.id, found.path, key))
        else:
            have[place] = found
    countable = [found for _key, found in mine if rows.BY_PATH[found.path].owner is not Owner.SINGLE]
    if not force and len(removals) > LARGEST_SHARE * len(countable):
        raise Refusal(
            "too_many_removals",
            f"This would remove {len(removals)} of our {len(countable)} rows on the router. Nothing was changed.",
        )
    changes: list[Step] = []
    for row in wanted:
        there = have.get((row.path, row.key))
        if there is None:
            changes.append(Add(row))
            continue
        changed = {n: v for n, v in row.values.items() if not rows.same(row.path, n, v, there.values.get(n))}
        if changed:
            changes.append(Set(there.id, row, changed))
    return ordered(removals) + ordered(changes)


def ordered(steps: list[Step]) -> list[Step]:
    """What is referred to is written before who refers to it, and removed after."""

    def place(step: Step) -> int:
        return -_PLACE[step.path] if isinstance(step, Remove) else _PLACE[step.row.path]

    return sorted(steps, key=place)


def path_of(step: Step) -> str:
    """The menu that a step writes."""
    return step.path if isinstance(step, Remove) else step.row.path


def verb_of(step: Step) -> str:
    """add, set or remove."""
    return {Add: "add", Set: "set", Remove: "remove"}[type(step)]


_THINGS = {
    "/radius": "our RADIUS server",
    "/radius/incoming": "the door for disconnects",
    "/ip/hotspot/profile": "the hotspot profile",
    "/ip/hotspot": "the hotspot",
    "/ppp/aaa": "PPP by RADIUS",
    "/ip/pool": "the addresses for PPPoE",
    "/ppp/profile": "the profile for PPPoE",
    "/interface/pppoe-server/server": "the PPPoE server",
}


def sentence(step: Step) -> str:
    """A step in words, without secrets."""
    key = step.key if isinstance(step, Remove) else step.row.key
    thing = _THINGS.get(path_of(step), "")
    if path_of(step) == "/file":
        thing = f"the page {key}"
    elif path_of(step) == "/ip/hotspot/walled-garden/ip":
        thing = "free access to the portal before login"
    match step:
        case Add(row=row):
            detail = (
                row.values.get("address") or row.values.get("interface") or row.values.get("dst-host") or ""
            )
            return f"Adds {thing}{f' ({detail})' if detail else ''}"
        case Set(changed=changed):
            secret = rows.BY_PATH[path_of(step)].secrets | {"contents"}
            parts = [name if name in secret else f"{name} {value}" for name, value in sorted(changed.items())]
            return f"Changes {thing}: {', '.join(parts)}"
        case Remove():
            return f"Removes {thing}"
