"""The configuration itself: tables of rows with ids, checked writes, references by name, change events."""

import queue
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field

from routers.virtual.fields import Field, Menu
from routers.virtual.menus import MENUS
from routers.virtual.traps import Trap, missing_values, no_match, no_such_item

Row = dict[str, str]


@dataclass
class Table:
    """Rows in order and the next free id; ids are never used twice."""

    rows: list[Row] = field(default_factory=list)
    next_id: int = 1


class Tree:
    """All tables by path. Not thread safe by itself: the router holds one lock around it."""

    def __init__(self) -> None:
        self.tables: dict[str, Table] = {m.table: Table() for m in MENUS.values() if not m.single}
        self.singles: dict[str, Row] = {m.path: _defaults(m) for m in MENUS.values() if m.single}
        self.watchers: list[tuple[str, queue.SimpleQueue[Row]]] = []
        self.changes = 0

    def rows(self, path: str) -> list[Row]:
        """The rows a menu shows, in order, as they are stored."""
        menu = MENUS[path]
        if menu.single:
            return [self.singles[path]]
        rows = self.tables[menu.table].rows
        if menu.only is None:
            return rows
        name, value = menu.only
        return [row for row in rows if row.get(name) == value]

    def find(self, path: str, **wanted: str) -> Row | None:
        """The first row with these values; names take underscores for dashes."""
        pairs = {name.replace("_", "-"): value for name, value in wanted.items()}
        for row in self.rows(path):
            if all(row.get(name) == value for name, value in pairs.items()):
                return row
        return None

    def select(self, path: str, reference: str, *, code: bool = False) -> Row:
        """The row meant by an id or a name, or the trap for a missing one."""
        for row in self.rows(path):
            if row[".id"] == reference or (not reference.startswith("*") and row.get("name") == reference):
                return row
        raise no_such_item(code)

    def add(self, path: str, args: Mapping[str, str], *, trusted: bool = False) -> str:
        """Add a checked row at the end; gives its id. `trusted` skips required fields (factory rows)."""
        menu = MENUS[path]
        row = _defaults(menu)
        row.update(self._checked(menu, args))
        missing = [f.name for f in menu.fields.values() if f.required and f.name not in args and not trusted]
        if missing:
            raise missing_values(*missing)
        if menu.only is not None:
            row.setdefault(*menu.only)
        if "name" in menu.fields and not row.get("name"):
            row["name"] = self._free_name(menu)
        self._refuse_clash(menu, row)
        table = self.tables[menu.table]
        row = {".id": f"*{table.next_id:X}", **row}
        table.next_id += 1
        table.rows.append(row)
        self.changed(path, row)
        return row[".id"]

    def set(self, path: str, row: Row, args: Mapping[str, str]) -> None:
        """Write checked values into a row; an empty value without default takes the key away."""
        menu = MENUS[path]
        fresh = self._checked(menu, args)
        self._refuse_clash(menu, {**row, **fresh})
        old_name = row.get("name")
        row.update(fresh)
        for name, value in fresh.items():
            if value == "" and (name not in menu.fields or menu.fields[name].default != ""):
                row.pop(name, None)
        if old_name and row.get("name") != old_name:
            self._rename(menu.table, old_name, row.get("name", ""))
        self.changed(path, row)

    def unset(self, path: str, row: Row, name: str) -> None:
        """Put a value back to what it is when never written."""
        known = MENUS[path].fields.get(name)
        if known is not None and known.default is not None:
            row[name] = known.default
        else:
            row.pop(name, None)
        self.changed(path, row)

    def remove(self, path: str, row: Row) -> None:
        """Take a row out; who referred to it by name now shows its id."""
        menu = MENUS[path]
        self.tables[menu.table].rows.remove(row)
        if row.get("name"):
            self._rename(menu.table, row["name"], row[".id"])
        self.changed(path, {".id": row[".id"], ".dead": "true"})

    def move(self, path: str, row: Row, destination: str | None) -> None:
        """Move a row before another; an unknown destination means the end."""
        rows = self.tables[MENUS[path].table].rows
        if destination == row[".id"]:
            raise Trap("failure: can not move object before itself")
        rows.remove(row)
        at = next((i for i, other in enumerate(rows) if other[".id"] == destination), len(rows))
        rows.insert(at, row)
        self.changed(path, row)

    def changed(self, path: str, row: Row) -> None:
        """Tell listeners and the state keeper."""
        self.changes += 1
        for watched, events in self.watchers:
            if watched == path:
                events.put(dict(row))

    def snapshot(self) -> dict[str, object]:
        """Everything as plain data, for the state file and for safe mode."""
        tables = {p: {"rows": t.rows, "next_id": t.next_id} for p, t in self.tables.items()}
        return deepcopy({"tables": tables, "singles": self.singles})

    def restore(self, data: Mapping[str, object]) -> None:
        """Take a snapshot back; tables the snapshot does not know keep what they have."""
        tables, singles = data["tables"], data["singles"]
        assert isinstance(tables, dict) and isinstance(singles, dict)
        for path, table in tables.items():
            if path in self.tables:
                self.tables[path] = Table(deepcopy(table["rows"]), int(table["next_id"]))
        for path, row in singles.items():
            if path in self.singles:
                self.singles[path] = dict(row)
        self.changes += 1

    def _checked(self, menu: Menu, args: Mapping[str, str]) -> Row:
        row: Row = {}
        for name, value in args.items():
            known = menu.fields.get(name)
            if known is None or value == "":
                row[name] = value
                continue
            row[name] = known.check(name, value)
            self._refuse_dangling(known, row[name])
        return row

    def _refuse_dangling(self, known: Field, value: str) -> None:
        if known.reference is None or value in known.words:
            return
        names = {row.get("name") for row in self.rows(known.reference)}
        if value not in names:
            raise no_match(known.name)

    def _refuse_clash(self, menu: Menu, row: Row) -> None:
        if not menu.unique:
            return
        key = [row.get(name) for name in menu.unique]
        for other in self.tables[menu.table].rows:
            if other.get(".id") != row.get(".id") and [other.get(name) for name in menu.unique] == key:
                raise Trap(menu.clash)

    def _rename(self, path: str, old: str, new: str) -> None:
        for menu in MENUS.values():
            for known in menu.fields.values():
                if known.reference != path:
                    continue
                for row in self.rows(menu.path):
                    if row.get(known.name) == old:
                        row[known.name] = new

    def _free_name(self, menu: Menu) -> str:
        stem = menu.path.rpartition("/")[2]
        taken = {row.get("name") for row in self.tables[menu.table].rows}
        return next(f"{stem}{i}" for i in range(1, len(taken) + 2) if f"{stem}{i}" not in taken)


def _defaults(menu: Menu) -> Row:
    return {f.name: f.default for f in menu.fields.values() if f.default is not None}
