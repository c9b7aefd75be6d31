"""Reading a router: the menus that we write, and what decisions need beside them."""

from routers import rows
from routers.device import Device, Trapped
from routers.facts import Facts
from routers.menus import ALWAYS
from routers.rows import Found

# What is read beside the menus we write; only what decisions need.
_READ: dict[str, tuple[str, ...]] = {
    "/interface": ("name",),
    "/ip/address": ("address", "interface", "actual-interface", "disabled", "comment"),
    "/ip/pool": ("name", "ranges"),
    "/ip/dhcp-server": ("name", "interface", "address-pool", "comment"),
    "/ip/service": ("name", "port"),
}


def read(device: Device, menus: frozenset[str] | None = None) -> Facts:
    """What decisions need to know of a router; menus are those to read beside the usual, None: all that we write."""
    resource = device.read("/system/resource", fields=("version",))
    tables = {path: _found(path, device.read(path, fields=fields)) for path, fields in _READ.items()}
    for menu in rows.MENUS:
        if menus is not None and menu.path not in ALWAYS | menus:
            continue
        tables[menu.path] = (
            files(device) if menu.path == "/file" else _found(menu.path, device.read(menu.path))
        )
    version = resource[0].get("version", "") if resource else ""
    return Facts(version, serial_of(device), tables)


def serial_of(device: Device) -> str:
    """The serial number; virtual machines and some boards have none."""
    try:
        board = device.read("/system/routerboard", fields=("serial-number",))
    except Trapped:
        return ""
    return board[0].get("serial-number", "") if board else ""


def _found(path: str, read_rows: list[dict[str, str]]) -> list[Found]:
    return [Found(path, row.get(".id", ""), row) for row in read_rows]


def files(device: Device) -> list[Found]:
    """All files; ours with their contents, asked for with one question."""
    listing = device.read("/file", fields=(".id", "name", "type"))
    names = [row.get("name", "") for row in listing]
    folder = rows.folder_on("flash" in names)
    mine = [name for name in names if name.startswith(f"{folder}/")]
    contents: dict[str, str] = {}
    if mine:
        queries = [f"name={name}" for name in mine] + ["#|"] * (len(mine) - 1)
        for row in device.read("/file", *queries, fields=("name", "contents")):
            contents[row.get("name", "")] = row.get("contents", "")
    return [Found("/file", row.get(".id", ""), row | _contents(contents, row)) for row in listing]


def _contents(contents: dict[str, str], row: dict[str, str]) -> dict[str, str]:
    name = row.get("name", "")
    return {"contents": contents[name]} if name in contents else {}
