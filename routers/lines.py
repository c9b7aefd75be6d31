"""A step of a plan as the line that a person would type in a RouterOS terminal, with secrets masked."""

from collections.abc import Mapping

from routers import plan, rows
from routers.script import quote

MASK = "*****"
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:/-_+*")


def line(step: plan.Step) -> str:
    """One line; a row that is there is named by what stays the same, its mark or its name."""
    path = " ".join(plan.path_of(step).split("/")).strip()
    match step:
        case plan.Add(row=row):
            where = " place-before=[…]" if step.before else ""
            return f"/{path} add{where} {_pairs(row.path, row.values)}"
        case plan.Set(row=row, changed=changed):
            return f"/{path} set {_which(row.path, step.id, row.key)}{_pairs(row.path, changed)}"
        case plan.Remove(path=at, key=key):
            return f"/{path} remove {_which(at, step.id, key)}".rstrip()


def lines(steps: list[plan.Step]) -> list[str]:
    return [line(step) for step in steps]


def _which(path: str, number: str, key: str) -> str:
    owner = rows.BY_PATH[path].owner
    if owner is rows.Owner.SINGLE:
        return ""
    if owner is rows.Owner.NAME:
        return f"[find where name={_word(key)}] "
    if owner is rows.Owner.FOLDER:
        return f"[find where name~{_word(f'{rows.MARK}/{key}')}] "
    if owner is rows.Owner.EITHER and key.startswith(f"{rows.MARK}-"):
        return f"[find where name={_word(key)}] "
    return (
        f"{number} " if key.startswith(rows.TAKEN) else f"[find where comment={_word(f'{rows.MARK}:{key}')}] "
    )


def _pairs(path: str, values: Mapping[str, str]) -> str:
    secret = rows.BY_PATH[path].secrets
    shown = {name: MASK if name in secret else value for name, value in values.items()}
    if "contents" in shown:
        shown["contents"] = f"… {len(shown['contents'].encode('utf-8', 'replace'))} bytes"
    return " ".join(f"{name}={_word(value)}" for name, value in shown.items())


def _word(text: str) -> str:
    if text and set(text) <= _BARE:
        return text
    return quote(text.encode("utf-8", "backslashreplace").decode().replace("\0", ""))
