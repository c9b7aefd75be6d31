"""Folders of hotspot pages: with a profile comes the folder that it names, filled with the pages in stock."""

from routers.virtual import files
from routers.virtual.device import Device
from routers.virtual.templates import STOCK

PATH = "/ip/hotspot/profile"


def follow(device: Device, path: str) -> None:
    """A profile was written: make its folder when it is not there."""
    if path != PATH:
        return
    for row in device.tree.rows(PATH):
        folder = row.get("html-directory", "")
        if folder and device.tree.find("/file", name=folder) is None:
            for name, text in STOCK.items():
                files.write(device, f"{folder}/{name}", text)
