"""A virtual router without sockets: steps and scripts run on its configuration at once."""

from routers import plan, rows
from routers.rows import Found
from routers.virtual import VirtualRouter
from routers.virtual.device import Call
from routers.virtual.dispatch import display, run

FOLDER = rows.folder_on(False)


def bench(version: str = "7.20.8 (stable)") -> VirtualRouter:
    """A router that is not switched on, with our user."""
    router = VirtualRouter(version=version)
    router.device.on_change.clear()  # nothing listens
    router.paste("/user group add name=kmikro policy=read,write,api,sensitive,ftp")
    router.paste("/user add name=kmikro group=kmikro password=x")
    return router


def apply(router: VirtualRouter, step: plan.Step) -> None:
    """One step with the rights of our user."""
    caller = router.device.caller("kmikro", "api")
    match step:
        case plan.Add():
            args = dict(step.words)
        case plan.Set(id=number, changed=changed):
            args = {**changed, **({".id": number} if number else {})}
        case plan.Remove(id=number):
            args = {".id": number}
    run(router.device, caller, Call(plan.path_of(step), plan.verb_of(step), args))


def found(router: VirtualRouter) -> list[Found]:
    """Every row of the menus that we write, as our user sees it."""
    caller = router.device.caller("kmikro", "api")
    return [
        Found(menu.path, row.get(".id", ""), row)
        for menu in rows.MENUS
        if router.device.command_tree.is_folder(menu.path)
        for row in display(router.device, caller, menu.path)
    ]


def plain(router: VirtualRouter) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """The same for comparing: without ids and times; only the order of ordered menus counts."""
    shown = []
    for row in found(router):
        hidden = {".id", "last-modified", "size", "type"}
        shown.append((row.path, tuple(sorted((n, v) for n, v in row.values.items() if n not in hidden))))
    ordered = ("/radius", "/ip/hotspot/walled-garden/ip")
    return [row for row in shown if row[0] in ordered] + sorted(row for row in shown if row[0] not in ordered)
