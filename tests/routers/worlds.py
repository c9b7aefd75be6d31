"""A router reduced to rows with ids, which spells values its own way: for tests of plans."""

import itertools

from routers import plan, rows
from routers.facts import Facts
from routers.rows import Found, Kind, Owner

_BOOL = {"yes": "true", "no": "false"}


class World:
    """Tables to which a plan can be applied; order is kept, empty values vanish, as on a router."""

    def __init__(self, found: list[Found]) -> None:
        self.found = list(found)
        self.ids = itertools.count(0x100)

    def apply(self, steps: list[plan.Step]) -> int:
        for step in steps:
            self._one(step)
        return len(steps)

    def _one(self, step: plan.Step) -> None:
        match step:
            case plan.Add(row=row, before=before):
                made = Found(row.path, f"*{next(self.ids):X}", spelt(row.path, dict(row.values)))
                at = next(
                    (i for i, f in enumerate(self.found) if before and (f.path, f.id) == (row.path, before)),
                    None,
                )
                self.found.insert(len(self.found) if at is None else at, made)
            case plan.Set(id=number, row=row, changed=changed):
                at = next(i for i, f in enumerate(self.found) if (f.path, f.id) == (row.path, number))
                values = spelt(row.path, {**self.found[at].values, **changed})
                self.found[at] = Found(row.path, number, values)
            case plan.Remove(id=number, path=path):
                self.found.remove(next(f for f in self.found if (f.path, f.id) == (path, number)))

    def facts(self) -> Facts:
        tables: dict[str, list[Found]] = {}
        for row in self.found:
            tables.setdefault(row.path, []).append(row)
        return Facts("7.20.8 (stable)", "HE1", tables)

    def others(self) -> list[Found]:
        """The rows that are not ours, in order."""
        return [f for f in self.found if f.path not in rows.BY_PATH or rows.key_of(f, "kmikro") is None]


def spelt(path: str, values: dict[str, str]) -> dict[str, str]:
    menu = rows.BY_PATH[path]
    for name, value in values.items():
        if menu.kinds.get(name) is Kind.BOOL:
            values[name] = _BOOL.get(value, value)
    single = menu.owner is Owner.SINGLE
    return {name: value for name, value in values.items() if value != "" or single}
