"""The router's own backup file, fetched over the API where the version and the rights allow it.

`/system/backup/save` writes a binary file that only the same model can load. RouterOS 7.13 and newer can read a
file in pieces over the API; older ones cannot, and then nothing is kept here. The file is encrypted by the router
with a password that we make, and it is removed from the router after it was read.
"""

import base64
import secrets
from dataclasses import dataclass, field

from routers import desired, rights
from routers.device import Device, Trapped

NAME = "kmikro-copy"
READS_FILES = (7, 13, 0)
PIECE = 32_768
LARGEST = 4 << 20


@dataclass(frozen=True, slots=True)
class Copy:
    """The file with its password, or a sentence that says why there is none."""

    content: str = field(default="", repr=False)  # base64
    password: str = field(default="", repr=False)
    size: int = 0
    note: str = ""


def take(device: Device, user: str, version: str, have: frozenset[str] | None) -> Copy:
    """Save, read in pieces, remove. Never raises what the router refuses: the text export stands by itself."""
    if desired.version_of(version) < READS_FILES:
        return Copy(note="RouterOS 7.12 and older cannot give its own backup file over the API.")
    lacking = rights.missing(rights.COPY, have or ())
    if lacking:
        return Copy(note=f"For the router's own backup file too: {rights.sentence(user, lacking)}")
    password = secrets.token_urlsafe(24)
    try:
        device.do("/system/backup/save", {"name": NAME, "password": password, "encryption": "aes-sha256"})
        try:
            return _read(device, password)
        finally:
            _remove(device)
    except Trapped as trap:
        return Copy(note=f"The router did not give its own backup file: {trap.message}"[:400])


def _read(device: Device, password: str) -> Copy:
    row = next(iter(device.read("/file", f"name={NAME}.backup", fields=("size",))), {})
    size = int(row["size"]) if row.get("size", "").isdecimal() else 0
    if not 0 < size <= LARGEST:
        return Copy(note=f"The router's own backup file has {size} octets; at most {LARGEST} are read.")
    content = bytearray()
    while len(content) < size:
        wanted = {"file": f"{NAME}.backup", "offset": str(len(content)), "chunk-size": str(PIECE)}
        piece = next((each["data"] for each in device.do("/file/read", wanted) if each.get("data")), "")
        if not piece:
            break
        content += piece.encode("utf-8", "surrogateescape")
    if len(content) != size:
        return Copy(note=f"The router gave {len(content)} of {size} octets of its own backup file.")
    return Copy(base64.b64encode(bytes(content)).decode(), password, size)


def _remove(device: Device) -> None:
    for row in device.read("/file", f"name={NAME}.backup", fields=(".id",)):
        device.remove("/file", row[".id"])
