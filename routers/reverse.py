"""How a plan is taken back: for each row that it touches what was there before, as steps or as a script.

Both find rows by our mark and write only what differs, so that taking back twice, or what was only half done, or what
the router's safe mode has taken back already, ends in the same rows.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kmikro.lib.refusal import Refusal
from routers import plan, rows, script
from routers.rows import Found, Owner, Row

JOB, BOOT_JOB = f"{rows.MARK}-undo", f"{rows.MARK}-undo-boot"
LARGEST_SCRIPT = 60_000  # octets; RouterOS takes about 64 KB
ORDERED = frozenset(
    {
        "/radius",
        "/queue/simple",
        "/ip/firewall/filter",
        "/ip/firewall/nat",
        "/ip/firewall/mangle",
        "/ip/firewall/raw",
        "/ip/hotspot/ip-binding",
        "/ip/hotspot/walled-garden",
        "/ip/hotspot/walled-garden/ip",
    }
)
MOST_FOLLOWING = 5
_BEFORE = "place-before"
_WRITABLE = re.compile(r"[a-z0-9][a-z0-9.-]*\Z")
# What routers tell of a row and take from nobody.
_TOLD = frozenset(
    "dynamic invalid running default builtin inactive slave size last-modified creation-time bytes packets rate "
    "actual-interface actual-mtu ip-of-dns-name proxy-status keepalive hits uptime bytes-in bytes-out packets-in "
    "packets-out total-bytes total-packets total-rate queued-bytes queued-packets dropped total-dropped "
    "total-queued-bytes total-queued-packets packet-rate total-packet-rate last-logged-out last-caller-id "
    "last-disconnect-reason next-run run-count".split()
)
_FILE = frozenset({"name", "contents"})


@dataclass(frozen=True, slots=True)
class Undo:
    """One row as it was: no values when it was not there; `names` are those that a change writes."""

    path: str
    key: str
    values: Mapping[str, str] | None
    names: frozenset[str] = frozenset()
    following: tuple[
        str, ...
    ] = ()  # ids of rows that came after it, where order matters; the first that is left
    id: str = ""  # for a row that carries our mark before or after the change only
    unmarked: bool = False  # the change gives the row back to somebody else
    moved: bool = False  # the change puts the row in another place


def undos(steps: Sequence[plan.Step], actual: Iterable[Found], folder: str) -> list[Undo]:
    """What takes the steps back, in the order of taking back; a second copy of a row is not brought back."""
    found = list(actual)
    by_id = {(row.path, row.id): row for row in found}
    gone = {(step.path, step.id) for step in steps if isinstance(step, plan.Remove)}
    kept = {(s.row.path, s.row.key) for s in steps if isinstance(s, plan.Set)}
    made: dict[tuple[str, str], Undo] = {}
    for step in steps:
        match step:
            case plan.Add(row=row):
                made.setdefault((row.path, row.key), Undo(row.path, row.key, None))
            case plan.Set(id=number, row=row, changed=changed):
                before = by_id[row.path, number].values
                defaults = rows.BY_PATH[row.path].defaults
                values = {name: before.get(name, defaults.get(name, "")) for name in changed}
                names = frozenset(changed)
                made[row.path, row.key] = Undo(
                    row.path, row.key, values, names, id=number, unmarked=step.gives_back
                )
            case plan.Remove(id=number, path=path, key=key) if (path, key) not in kept:
                if not _is_copy(step, found, folder):
                    after = _following(path, number, found, gone)
                    whole = _writable(path, by_id[path, number].values)
                    moved = (path, key) in made
                    made[path, key] = Undo(path, key, whole, following=after, id=number, moved=moved)
    for undo in made.values():
        if undo.values and "*****" in undo.values.values():
            raise Refusal("secret_hidden", "The router hides a secret from us, so it could not be put back.")
    return _in_order(list(reversed(made.values())), found)


def _in_order(wanted: list[Undo], found: Sequence[Found]) -> list[Undo]:
    """Rows that are put back into an ordered menu come in the order that they had there."""
    at = {(row.path, row.id): place for place, row in enumerate(found)}
    for path in ORDERED:
        places = [n for n, undo in enumerate(wanted) if undo.path == path and undo.values and not undo.names]
        back = sorted((wanted[n] for n in places), key=lambda undo: at[undo.path, undo.id])
        for place, undo in zip(places, back, strict=True):
            wanted[place] = undo
    return wanted


def _is_copy(step: plan.Remove, found: Sequence[Found], folder: str) -> bool:
    """Whether a row with the same mark stands before it: that one is the row, this is left from a lost answer."""
    first = next(iter(marked(step.path, step.key, found, folder)), None)
    return first is not None and first.id != step.id


def marked(path: str, key: str, found: Iterable[Found], folder: str) -> list[Found]:
    """The rows with this mark, whoever answers for them: what the script on the router finds as well."""
    if rows.BY_PATH[path].owner is Owner.SINGLE:
        return [row for row in found if row.path == path]
    name, value = _mark(path, key, folder)
    return [
        row
        for row in found
        if row.path == path and row.values.get(name) == value and row.values.get("dynamic") != "true"
    ]


def _following(path: str, number: str, found: Sequence[Found], gone: set[tuple[str, str]]) -> tuple[str, ...]:
    if path not in ORDERED:
        return ()
    menu = [row for row in found if row.path == path]
    at = next(place for place, row in enumerate(menu) if row.id == number)
    after = [row.id for row in menu[at + 1 :]]
    stays = next((place for place, number in enumerate(after) if (path, number) not in gone), len(after))
    return tuple(after[: stays + 1][-MOST_FOLLOWING:])


def _writable(path: str, values: Mapping[str, str]) -> dict[str, str]:
    names = _FILE if path == "/file" else {name for name in values if _WRITABLE.match(name)} - _TOLD
    return {name: value for name, value in values.items() if name in names}


def steps(wanted: Sequence[Undo], actual: Iterable[Found], folder: str) -> list[plan.Step]:
    """What is left to do until the rows are as they were; nothing when they are."""
    found = list(actual)
    ids = {(row.path, row.id) for row in found}
    made: list[plan.Step] = []
    for undo in wanted:
        there = marked(undo.path, undo.key, found, folder)
        if not there and undo.names:  # our mark is on it no more, or not yet
            there = [row for row in found if (row.path, row.id) == (undo.path, undo.id)]
        if undo.values is None:
            made += [plan.Remove(row.id, undo.path, undo.key) for row in there]
        elif undo.moved and there and not _in_place(undo, there[0], found):
            made += [_put_back(undo, undo.values, ids)]
            made += [plan.Remove(row.id, undo.path, undo.key) for row in there]
        elif there:
            target = Row(undo.path, undo.key, undo.values)
            missing = [
                n for n, v in undo.values.items() if not rows.same(undo.path, n, v, there[0].values.get(n))
            ]
            if missing:
                made.append(plan.Set(there[0].id, target, {name: undo.values[name] for name in missing}))
            made += [plan.Remove(copy.id, undo.path, undo.key) for copy in there[1:]]
        elif not undo.names:  # a row that was only changed and is gone was removed by somebody else
            made.append(_put_back(undo, undo.values, ids))
    return made


def _put_back(undo: Undo, values: Mapping[str, str], ids: set[tuple[str, str]]) -> plan.Step:
    before = next((number for number in undo.following if (undo.path, number) in ids), "")
    return plan.Add(Row(undo.path, undo.key, values), before)


def _in_place(undo: Undo, row: Found, found: Sequence[Found]) -> bool:
    """Whether a row stands before what it stood before; where that is gone nobody can say."""
    at = {other.id: place for place, other in enumerate(found) if other.path == undo.path}
    after = next((number for number in undo.following if number in at), "")
    return at[row.id] + 1 == at[after] if after else at[row.id] == max(at.values())


def text(wanted: Sequence[Undo], folder: str, label: str) -> str:
    """The script that the router runs by itself: its own entries go first, and one failing line stops no other."""
    lines = [f"/system scheduler remove [find where name={script.quote(name)}]" for name in (JOB, BOOT_JOB)]
    try:
        lines += [line for undo in wanted for line in _lines(undo, folder)]
        lines.append(f":log warning {script.quote(f'K-Mikro took back {label}')}")
    except ValueError:
        raise Refusal(
            "no_script",
            "A value on the router has characters that no script can hold, so it could not be put back.",
        ) from None
    made = "\n".join(lines)
    if len(made.encode()) > LARGEST_SCRIPT:
        raise Refusal(
            "too_large", "This change is too large for the router to take back by itself. Make it in parts."
        )
    return made


def rights(wanted: Sequence[Undo]) -> str:
    """The policies of the entry: no more than its commands need."""
    return "read,write,ftp" if any(undo.path == "/file" for undo in wanted) else "read,write"


def _lines(undo: Undo, folder: str) -> list[str]:
    menu = undo.path.replace("/", " ").strip()
    if rows.BY_PATH[undo.path].owner is Owner.SINGLE:
        return [f":do {{ /{menu} set {_pairs(undo.values or {})} }} on-error={{}}"]
    find = f"[find where {_where(undo, folder)}]"
    if undo.values is None:
        return [f":do {{ /{menu} remove {find} }} on-error={{}}"]
    change = f"/{menu} set {find} {_pairs({n: v for n, v in undo.values.items() if n != 'name'})}"
    if undo.names:
        return [f":do {{ {change} }} on-error={{}}"]
    if undo.moved:
        change += "".join(f"; /{menu} move {find} destination={number}" for number in undo.following[:1])
    plain = add = f"/{menu} add {_pairs(undo.values)}"
    for number in reversed(undo.following):
        add = f":do {{ {plain} {_BEFORE}={number} }} on-error={{ {add} }}"
    return [
        f":if ([:len [/{menu} find where {_where(undo, folder)}]] = 0) do={{",
        f"  :do {{ {add} }} on-error={{}}",
        f"}} else={{ :do {{ {change} }} on-error={{}} }}",
    ]


def _mark(path: str, key: str, folder: str) -> tuple[str, str]:
    """The field that holds our mark, and what it says; keys of named rows are their names."""
    owner = rows.BY_PATH[path].owner
    if owner is Owner.FOLDER:
        return "name", f"{folder}/{key}"
    named = key == rows.MARK or key.startswith(f"{rows.MARK}-")
    if owner is Owner.NAME or (owner is Owner.EITHER and named):
        return "name", key
    return "comment", f"{rows.MARK}:{key}"


def _where(undo: Undo, folder: str) -> str:
    """The condition that finds the row; one that carries our mark no more after the change has only its id."""
    if undo.unmarked:
        return f".id={undo.id}"
    name, value = _mark(undo.path, undo.key, folder)
    return f"{name}={script.quote(value)}"


def _pairs(values: Mapping[str, str]) -> str:
    return " ".join(f"{name}={script.quote(value)}" for name, value in sorted(values.items()))
