"""The state folder: its version, its secrets, its lock, and the small JSON files kept in it."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from stack.trouble import Trouble

VERSION = "1"
SECRETS = ("secret_key", "pg_admin_password", "pg_password", "valkey_password")
FREE_MEGABYTES = 400


class State:
    """One state folder; making the object touches nothing, `prepare` does."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.run = home / "run"
        self.logs = home / "logs"
        self._lock: IO[str] | None = None

    def check(self, free_megabytes: int = FREE_MEGABYTES) -> None:
        """Refuses a folder of another version, one that is not ours, and a disk that is full."""
        mark = self.home / "version"
        if mark.exists():
            found = mark.read_text().strip()
            if found != VERSION:
                raise Trouble(
                    f"The state folder {self.home} has version {found!r} and this release needs {VERSION!r}: "
                    "move it away or run `make reset`, or point KMIKRO_STATE at another folder."
                )
        elif self.home.is_dir() and any(self.home.iterdir()):
            raise Trouble(
                f"{self.home} is not empty and not a K-Mikro state folder: point KMIKRO_STATE at another folder."
            )
        elif self.home.exists() and not self.home.is_dir():
            raise Trouble(f"{self.home} is a file: point KMIKRO_STATE at a folder.")
        place = next(p for p in (self.home, *self.home.parents) if p.exists())
        if not os.access(place, os.W_OK):
            raise Trouble(f"{place} cannot be written: point KMIKRO_STATE at a folder of your own.")
        free = shutil.disk_usage(place).free // 2**20
        if free < free_megabytes:
            raise Trouble(
                f"Only {free} MB are free at {place} and {free_megabytes} MB are needed: "
                "free some space or point KMIKRO_STATE at another disk."
            )

    def prepare(self) -> None:
        """Makes the folder, for its owner only."""
        self.check()
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.run, self.logs):
            folder.mkdir(mode=0o700, exist_ok=True)
        (self.home / "version").write_text(VERSION + "\n")

    def lock(self) -> None:
        """Takes the folder for this process; it falls free with the process, however that ends."""
        handle = (self.run / "lock").open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            raise Trouble(
                f"K-Mikro is already running on {self.home}: stop it with `make down`, "
                "or give this one its own KMIKRO_STATE and ports."
            ) from None
        self._lock = handle

    def locked(self) -> bool:
        """Whether some process holds the folder now."""
        path = self.run / "lock"
        if not path.exists():
            return False
        with path.open("a+") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
        return False

    def unlock(self) -> None:
        if self._lock:
            self._lock.close()
            self._lock = None

    def secrets(self) -> dict[str, str]:
        """The passwords of this installation, made once and readable by their owner only."""
        path = self.home / "secrets.json"
        known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        missing = [name for name in SECRETS if name not in known]
        if missing:
            if (self.home / "pg/PG_VERSION").exists():
                raise Trouble(
                    f"{path} is missing or incomplete but {self.home / 'pg'} holds a database made with it: "
                    "put the file back from your backup, or run `make reset`."
                )
            known |= {name: secrets.token_hex(32 if name == "secret_key" else 16) for name in missing}
            write_private(path, known)
        return known

    def read(self, name: str) -> dict[str, Any]:
        """A JSON file of the run folder; an absent or torn one reads as empty."""
        try:
            found = json.loads((self.run / name).read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write(self, name: str, value: Mapping[str, Any]) -> None:
        write_private(self.run / name, value)


def write_private(path: Path, value: Mapping[str, Any]) -> None:
    """Writes JSON whole or not at all, mode 0600 from its first byte."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as out:
        json.dump(value, out, indent=1)
    scratch.replace(path)
