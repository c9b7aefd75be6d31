"""The router's files as rows of /file: read, write, type by name."""

from routers.virtual.device import SYSTEM, Device
from routers.virtual.edits import complete
from routers.virtual.traps import Trap


def read(device: Device, name: str) -> str | None:
    """The text of a file, None when it is not there."""
    row = device.tree.find("/file", name=name.lstrip("/"))
    return None if row is None or row.get("type") == "directory" else row.get("contents", "")


def write(device: Device, name: str, contents: str) -> None:
    """Write a file as the system does, without the size limit of API words."""
    name = name.lstrip("/")
    with device.lock:
        folder = name.rpartition("/")[0]
        if folder and device.tree.find("/file", name=folder) is None:
            device.tree.add("/file", {"name": folder, "type": "directory"})
        row = device.tree.find("/file", name=name)
        if row is None:
            row_id = device.tree.add("/file", complete(device, SYSTEM, "/file", {"name": name}, True))
            row = device.tree.select("/file", row_id)
        row["contents"] = contents
        row["size"] = str(len(contents.encode("utf-8", "surrogateescape")))
        device.tree.changed("/file", row)


def read_script(device: Device, name: str) -> str:
    """The text of a script to import, or the failure a router tells."""
    text = read(device, name)
    if text is None and not name.endswith(".rsc"):
        text = read(device, f"{name}.rsc")
    if text is None:
        raise Trap(f"failure: cannot open file {name}")
    return text
