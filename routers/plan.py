"""From what is wanted and what is there to ordered steps; applying a plan twice is applying it once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kmikro.lib.refusal import Refusal
from routers import menus, offer_values, places, rows, thing
from routers.rows import Found, Original, Owner, Row

LARGEST_SHARE = 0.5  # of our rows on a router; beyond it a person must say yes


@dataclass(frozen=True, slots=True)
class Add:
    """A row that is missing; before: the id of the row that it must precede, where order matters."""

    row: Row
    before: str = ""

    @property
    def words(self) -> Mapping[str, str]:
        """What is sent."""
        return {**self.row.values, "place-before": self.before} if self.before else self.row.values


@dataclass(frozen=True, slots=True)
class Set:
    """A row that is there with other values; only `changed` is written. gives_back: as it was before we took it."""

    id: str
    row: Row
    changed: dict[str, str]
    gives_back: bool = False


@dataclass(frozen=True, slots=True)
class Remove:
    """A row of ours that is not wanted any more."""

    id: str
    path: str
    key: str


Step = Add | Set | Remove
_SPEEDS = {"max-limit", "limit-at", "burst-limit", "burst-threshold", "pcq-rate"}
_PLACE = {menu.path: number for number, menu in enumerate(rows.MENUS)}


def diff(
    wanted: Sequence[Row],
    actual: Iterable[Found],
    *,
    folder: str,
    force: bool = False,
    originals: Sequence[Original] = (),
) -> list[Step]:
    """Steps from actual to wanted over owned rows; refuses to remove more than half of them without force.

    Rows of `originals` were somebody else's before we took them over: they get our mark where they lack it, and when
    they are wanted no more they become what they were.
    """
    actual = list(actual)
    before_us = {(each.path, each.key): each for each in originals}
    have: dict[tuple[str, str], Found] = {}
    removals: list[Step] = []
    back: list[Step] = []
    mine = rows.owned(actual, folder)
    want = {(row.path, row.key) for row in wanted}
    for key, found in mine:
        place = (found.path, key)
        single = rows.BY_PATH[found.path].owner is Owner.SINGLE
        if place not in have and place not in want and place in before_us:
            have[place] = found
            back += _given_back(found, before_us[place])
        # A second row with our key is left from an answer that got lost: no menu of these refuses duplicates.
        elif place in have or (place not in want and not single):
            removals.append(Remove(found.id, found.path, key))
        else:
            have[place] = found
    countable = [found for _key, found in mine if rows.BY_PATH[found.path].owner is not Owner.SINGLE]
    if not force and len(removals) > LARGEST_SHARE * len(countable):
        raise Refusal(
            "too_many_removals",
            f"This would remove {len(removals)} of our {len(countable)} rows on the router. Nothing was changed.",
        )
    lacking = [
        each for place, each in before_us.items() if place in want and place not in have and not each.marked
    ]
    have |= _unmarked(lacking, actual, folder)
    moves = places.misplaced(wanted, actual, have)
    changes: list[Step] = []
    late: list[Step] = []
    for row in wanted:
        place = (row.path, row.key)
        there = have.get(place)
        if there is None:
            changes.append(Add(row, moves.get(place, "")))
            continue
        if place in moves:  # added anew in its place, and only then taken out of the wrong one
            changes.append(Add(row, moves[place]))
            late.append(Remove(there.id, row.path, row.key))
            continue
        changed = {n: v for n, v in row.values.items() if not rows.same(row.path, n, v, there.values.get(n))}
        if changed:
            changes.append(Set(there.id, row, changed))
    return ordered(removals) + ordered(back) + ordered(changes) + ordered(late)


def _given_back(found: Found, was: Original) -> list[Step]:
    """The step that makes a row what it was; only what we wrote is undone."""
    now = rows.told(found.values)
    single = rows.BY_PATH[was.path].owner is Owner.SINGLE  # of such a row only what we wrote was kept
    kept = rows.BY_PATH[was.path].secrets  # we never knew them, and never wrote them
    names = [
        *was.values,
        *(name for name in now if name not in was.values and not single and name not in kept),
    ]
    changed = {
        name: was.values.get(name, "") for name in names if now.get(name, "") != was.values.get(name, "")
    }
    return [Set(found.id, Row(was.path, was.key, was.values), changed, gives_back=True)] if changed else []


def _unmarked(
    lacking: Sequence[Original], actual: Sequence[Found], folder: str
) -> dict[tuple[str, str], Found]:
    """The rows to take over, found by all that is known of them; refuses when one is not as it was seen."""
    if not lacking:
        return {}
    paths = {each.path for each in lacking}
    free: dict[tuple[str, frozenset[tuple[str, str]]], list[Found]] = {}
    for found in actual:
        if (
            found.path in paths
            and rows.key_of(found, folder) is None
            and found.values.get("dynamic") != "true"
        ):
            free.setdefault((found.path, _print(found.path, found.values)), []).append(found)
    chosen: dict[tuple[str, str], Found] = {}
    for each in lacking:
        there = free.get((each.path, _print(each.path, each.values)))
        if not there:
            name = each.values.get("name") or each.values.get("comment") or each.path
            raise Refusal(
                "changed_meanwhile",
                f"The row to take over ({name[:80]}) is not on the router as it was seen. Read the router again, "
                "and choose anew.",
            )
        chosen[each.path, each.key] = there.pop(0)
    return chosen


def _print(path: str, values: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """All that is known of a row, to find it by; what it keeps secret is not."""
    secret = rows.BY_PATH[path].secrets
    return frozenset((name, value) for name, value in rows.told(values).items() if name not in secret)


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


def sentence(step: Step) -> str:
    """A step in words, without secrets."""
    path, key = path_of(step), step.key if isinstance(step, Remove) else step.row.key
    values: Mapping[str, str] = {} if isinstance(step, Remove) else step.row.values
    what = thing.of(path, key, values)
    match step:
        case Add(row=row, before=before):
            detail = (
                row.values.get("address") or row.values.get("interface") or row.values.get("dst-host") or ""
            )
            told = f" ({detail})" if detail and detail not in what else ""
            return f"Adds {what}{told}{', before the rule that would stop it' if before else ''}"
        case Set(gives_back=True):
            return f"Gives {what} back as it was"
        case Set(changed=changed):
            if rows.MARK in changed.get("comment", "") and key.startswith(menus.TAKEN):
                return f"Marks {what} as taken over"
            secret = rows.BY_PATH[path].secrets | {"contents"}
            parts = [
                name if name in secret else f"{name} {_said(name, value)}"
                for name, value in sorted(changed.items())
            ]
            return f"Changes {what}: {', '.join(parts)}"
        case Remove():
            return f"Removes {what}"


def _said(name: str, value: str) -> str:
    """A value in words: speeds as people write them."""
    if name not in _SPEEDS:
        return value
    return "/".join("no limit" if each == "0" else offer_values.said(each) for each in value.split("/"))


def notes(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """A record of steps that are about to be done."""
    return [
        {
            "do": verb_of(step),
            "path": path_of(step),
            "what": sentence(step)[:300],
            "done": False,
        }
        for step in steps
    ]
