"""A step as the line that an operator would type, secrets masked; for reading, never sent."""

from collections.abc import Mapping

from routers import plan, rows, script

LONGEST = 400
_HIDDEN = frozenset({"secret", "password", "contents", "private-key", "mac-auth-password"})


def line(step: plan.Step) -> str:
    """At most LONGEST characters."""
    path = plan.path_of(step)
    menu = "/" + path.strip("/").replace("/", " ")
    match step:
        case plan.Add(row=row):
            said = f"{menu} add {_pairs(path, row.values)}"
        case plan.Set(id=number, changed=changed):
            said = f"{menu} set {f'{number} ' if number else ''}{_pairs(path, changed)}"
        case plan.Remove(id=number):
            said = f"{menu} remove {number}"
    return said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"


def _pairs(path: str, values: Mapping[str, str]) -> str:
    hidden = rows.BY_PATH[path].secrets | _HIDDEN
    return " ".join(f"{name}={'•••' if name in hidden else _word(value)}" for name, value in values.items())


def _word(value: str) -> str:
    if value and all(sign.isalnum() or sign in ".,:/-_" for sign in value):
        return value
    try:
        return script.quote(value)
    except ValueError:
        return '"…"'
