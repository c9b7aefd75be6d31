"""A guarded change as JSON and back, so that another worker can settle what one left: its steps and what was before."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from routers import plan
from routers.reverse import Undo
from routers.rows import Row


def fingerprint(steps: Sequence[plan.Step]) -> str:
    """Names a plan: the same steps on the same rows have the same one."""
    return hashlib.sha256(json.dumps([_step(step) for step in steps], sort_keys=True).encode()).hexdigest()


def pack(steps: Sequence[plan.Step], undos: Sequence[Undo], *, folder: str, serial: str) -> str:
    """All that settling needs; it holds secrets, so it is stored sealed."""
    made = {
        "steps": [_step(step) for step in steps],
        "undos": [
            {
                "path": undo.path,
                "key": undo.key,
                "values": None if undo.values is None else dict(undo.values),
                "names": sorted(undo.names),
                "following": list(undo.following),
                "id": undo.id,
                "unmarked": undo.unmarked,
                "moved": undo.moved,
            }
            for undo in undos
        ],
        "folder": folder,
        "serial": serial,
    }
    return json.dumps(made)


def unpack(text: str) -> tuple[list[plan.Step], list[Undo], str, str]:
    """Steps, what was before, the folder of our pages, and the router's serial number."""
    told = json.loads(text)
    undos = [
        Undo(
            each["path"],
            each["key"],
            each["values"],
            frozenset(each["names"]),
            tuple(each["following"]),
            each["id"],
            each["unmarked"],
            each["moved"],
        )
        for each in told["undos"]
    ]
    return [_unstep(each) for each in told["steps"]], undos, told["folder"], told["serial"]


def _step(step: plan.Step) -> dict[str, Any]:
    match step:
        case plan.Add(row=row, before=before):
            values = dict(row.values)
            return {"do": "add", "path": row.path, "key": row.key, "before": before, "values": values}
        case plan.Set(id=number, row=row, changed=changed, gives_back=back):
            values = dict(changed)
            return {
                "do": "set",
                "path": row.path,
                "key": row.key,
                "id": number,
                "back": back,
                "values": values,
            }
        case plan.Remove(id=number, path=path, key=key):
            return {"do": "remove", "path": path, "key": key, "id": number}


def _unstep(told: dict[str, Any]) -> plan.Step:
    if told["do"] == "remove":
        return plan.Remove(told["id"], told["path"], told["key"])
    row = Row(told["path"], told["key"], told["values"])
    if told["do"] == "add":
        return plan.Add(row, told["before"])
    return plan.Set(told["id"], row, told["values"], told["back"])
