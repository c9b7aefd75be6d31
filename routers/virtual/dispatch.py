"""One command from any door: does it exist, may the caller, and what does it do to the tree?"""

import queue

from routers.virtual import files, older, safemode
from routers.virtual.device import Call, Caller, Device, Reply
from routers.virtual.edits import complete, guard_removal
from routers.virtual.fields import Menu
from routers.virtual.menus import MENUS
from routers.virtual.queries import BadQuery, matches
from routers.virtual.traps import (
    Trap,
    missing_id,
    no_such_menu,
    no_such_verb,
    not_permitted,
)
from routers.virtual.tree import Row

_READS = {"print", "getall", "get", "find", "listen", "monitor", "monitor-traffic"}
_TESTS = {"fetch", "ping", "traceroute", "torch"}


def run(device: Device, caller: Caller, call: Call) -> Reply:
    """Run a command or raise the trap a router would answer."""
    _exists(device, call)
    _permitted(caller, call)
    device.mode.demand(device.release, call.path, call.verb)
    special = device.actions.get((call.path, call.verb))
    if special is not None:
        return special(caller, call)
    if call.verb == "listen":
        return _listen(device, caller, call)
    menu = MENUS.get(call.path)
    verb = _VERBS.get(call.verb)
    if menu is None or verb is None:
        raise no_such_verb()
    with device.lock:
        reply = verb(device, caller, call, menu)
    if call.verb not in _READS:
        safemode.count(device)
        device.changed(call.path)
    return reply


def display(device: Device, caller: Caller, path: str) -> list[Row]:
    """The rows of a menu as this caller sees them."""
    menu = MENUS[path]
    rows = [dict(row) for row in device.tree.rows(path)]
    view = device.views.get(path)
    if view is not None:
        rows = view(rows)
    rows = older.shown(device.release, path, rows)
    for row in rows:
        for name in menu.hidden:
            row.pop(name, None)
        if not caller.may("sensitive"):
            for known in menu.fields.values():
                if known.secret and row.get(known.name):
                    row[known.name] = "*****"
    return rows


def _exists(device: Device, call: Call) -> None:
    if not device.command_tree.is_folder(call.path):
        raise no_such_menu(device.command_tree.unknown_word(call.path))
    verbs = device.command_tree.verbs(call.path)
    verb = "print" if call.verb in ("getall", "listen") else call.verb
    if verb not in verbs:
        if device.command_tree.is_folder(f"{call.path.rstrip('/')}/{call.verb}"):
            raise Trap("no such command prefix")
        raise no_such_verb() if verbs else no_such_menu(call.verb)
    for name in call.args:
        plain = name.removeprefix("!")
        if plain == ".id" or plain in verbs[verb]:
            continue
        if (
            verb == "print"
            and plain in ("follow", "follow-only", "stats", "once")
            and "detail" in verbs[verb]
        ):
            continue
        raise older.unknown_parameter(device.release, plain)
    older.refuse(device.release, call.path, call.args)


def _permitted(caller: Caller, call: Call) -> None:
    if call.verb in _READS:
        needed = "read"
    elif call.path.startswith("/user"):
        needed = "policy"
    elif call.path in ("/file", "/system/backup"):
        needed = "ftp"
    elif call.verb in _TESTS:
        needed = "test"
    elif (call.path, call.verb) == ("/system", "reboot"):
        needed = "reboot"
    else:
        needed = "write"
    if not caller.may(needed):
        raise not_permitted()


def _chosen(device: Device, call: Call, *, code: bool = False) -> list[Row]:
    given = call.args.get(".id", call.args.get("numbers", ""))
    if not given:
        raise missing_id()
    return [device.tree.select(call.path, part, code=code) for part in given.split(",")]


def _print(device: Device, caller: Caller, call: Call, menu: Menu) -> Reply:
    rows = display(device, caller, call.path)
    try:
        rows = [row for row in rows if matches(row, call.queries)]
    except BadQuery as bad:
        raise Trap(str(bad)) from bad
    if call.args.get("file"):  # what would be shown goes into a text file
        files.write(
            device,
            f"{call.args['file']}.txt",
            "\n".join(" ".join(f"{n}={v}" for n, v in row.items()) for row in rows),
        )
        return Reply()
    if "count-only" in call.args:
        return Reply(ret=str(len(rows)))
    if call.proplist is not None:
        rows = [{name: row[name] for name in call.proplist if name in row} for row in rows]
    return Reply(rows=rows, listed=True)


def _get(device: Device, caller: Caller, call: Call, menu: Menu) -> Reply:
    rows = display(device, caller, call.path)
    if not menu.single:
        wanted = call.args.get(".id") or call.args.get("number") or ""
        if not wanted:
            raise missing_id()
        rows = [r for r in rows if r.get(".id") == wanted or r.get("name") == wanted]
        if not rows:
            raise Trap("no such item")
    name = call.args.get("value-name")
    if name is None:
        return Reply(ret=";".join(f"{key}={value}" for key, value in rows[0].items()))
    return Reply(ret=rows[0].get(name, ""))


def _find(device: Device, caller: Caller, call: Call, menu: Menu) -> Reply:
    return Reply(ret=";".join(row[".id"] for row in display(device, caller, call.path)))


def _add(device: Device, caller: Caller, call: Call, menu: Menu) -> Reply:
    args = {n: v for n, v in call.args.items() if n not in ("place-before", "copy-from")}
    if call.args.get("copy-from"):
        source = device.tree.select(call.path, call.args["copy-from"])
        args = {**{n: v for n, v in source.items() if n in menu.fields and n != "name"}, **args}
    args = complete(device, caller, call.path, args, True)
    before = call.args.get("place-before")
    if before:
        before = device.tree.select(call.path, before)[".id"]
    fresh = device.tree.add(call.path, args)
    row = device.tree.select(call.path, fresh)
    for name in [
        n for n, v in row.items() if v == "" and (n not in menu.fields or menu.fields[n].default != "")
    ]:
        del row[name]
    if before:
        device.tree.move(call.path, row, before)
    return Reply(ret=fresh)


def _set(device: Device, caller: Caller, call: Call, menu: Menu) -> Reply:
    rows = device.tree.rows(call.path) if menu.single else _chosen(device, call)
    args = {n: v for n, v in call.args.items() if n not in (".id", "numbers") and not n.startswith("!")}
    for row in rows:
        device.tree.set(call.path, row, complete(device, caller, call.path, args, False))
        for name in (n[1:] for n in call.args if n.startswith("!")):
            device.tree.unset(call.path, row, name)
    return Reply()


def _unset(device: Device, caller: Caller, call: Call, menu: Menu) -> Reply:
    for row in _chosen(device, call):
        for name in call.args.get("value-name", "").split(","):
            if name not in menu.fields:
                raise Trap("input does not match any value of value-name")
            device.tree.unset(call.path, row, name)
    return Reply()


def _remove(device: Device, caller: Caller, call: Call, menu: Menu) -> Reply:
    for row in _chosen(device, call, code=True):
        guard_removal(device, call.path, row)
        device.tree.remove(call.path, row)
    return Reply()


def _switch(device: Device, caller: Caller, call: Call, menu: Menu) -> Reply:
    value = "true" if call.verb == "disable" else "false"
    for row in _chosen(device, call):
        device.tree.set(call.path, row, {"disabled": value})
    return Reply()


def _comment(device: Device, caller: Caller, call: Call, menu: Menu) -> Reply:
    for row in _chosen(device, call):
        device.tree.set(call.path, row, {"comment": call.args.get("comment", "")})
    return Reply()


def _move(device: Device, caller: Caller, call: Call, menu: Menu) -> Reply:
    destination = call.args.get("destination")
    if destination and destination.isdigit():
        rows = device.tree.rows(call.path)
        destination = rows[int(destination)][".id"] if int(destination) < len(rows) else None
    for row in _chosen(device, call):
        device.tree.move(call.path, row, destination)
    return Reply()


def _nothing(device: Device, caller: Caller, call: Call, menu: Menu) -> Reply:
    return Reply()


def _listen(device: Device, caller: Caller, call: Call) -> Reply:
    events: queue.SimpleQueue[Row] = queue.SimpleQueue()
    watch = (call.path, events)
    device.tree.watchers.append(watch)
    try:
        while not call.cancelled.is_set():
            try:
                event = events.get(timeout=0.1)
            except queue.Empty:
                continue
            shown = {r[".id"]: r for r in display(device, caller, call.path) if ".id" in r}
            row = event if ".dead" in event else shown.get(event.get(".id", ""), event)
            if call.proplist is not None:
                row = {n: v for n, v in row.items() if n in call.proplist or n == ".dead"}
            call.emit(row)
    finally:
        device.tree.watchers.remove(watch)
    raise Trap("interrupted", category=2)


_VERBS = {
    "print": _print,
    "getall": _print,
    "get": _get,
    "find": _find,
    "add": _add,
    "set": _set,
    "unset": _unset,
    "remove": _remove,
    "enable": _switch,
    "disable": _switch,
    "comment": _comment,
    "move": _move,
    "reset-counters": _nothing,
    "reset-counters-all": _nothing,
}
