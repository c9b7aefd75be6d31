"""Run as a program: radiusd with one thing made worse.

`plain`: nothing. `honest`: commits take 50 ms. `early`: the same, and records are acknowledged before them (the
control). `slowdisk`: every fdatasync takes half a second. `slowcommit`: every commit takes half a second.
`clock:<file>`: time of day is wrong by as many seconds as the file says.
"""

import os
import sys
import threading
import time
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

wall = time.time


def _wrong_by() -> float:
    """Seconds by which time of day is wrong now."""
    if time.monotonic() - _seen["at"] > 0.05:
        _seen["at"], _seen["by"] = time.monotonic(), float(_told.read_text() or 0)
    return _seen["by"]


_seen = {"at": -1.0, "by": 0.0}
_told = Path(sys.argv[1].partition(":")[2]) if sys.argv[1:] and sys.argv[1].startswith("clock:") else Path()
if _told.name:  # before anything of the product is loaded, since some of it keeps the function itself
    time.time = lambda: wall() + _wrong_by()

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402 - after setup

from radius import directory, journal, rounds, sockets, writer  # noqa: E402

append, put, fdatasync, receive = journal.append, writer.Writer.put, os.fdatasync, sockets.Endpoint.receive


def _commits_take(seconds: float) -> None:
    def slow(line: Any, entries: Any) -> None:
        threading.Event().wait(seconds)
        append(line, entries)

    journal.append = slow


def _acknowledge_early() -> None:
    def early(self: writer.Writer, record: Any, done: Any) -> bool:
        taken = put(self, record, lambda _ok: None)
        if taken:
            done(True)
        return taken

    writer.Writer.put = early  # type: ignore[method-assign]  # the control


def _syncs_take(seconds: float) -> None:
    def slow(descriptor: int) -> None:
        threading.Event().wait(seconds)
        fdatasync(descriptor)

    os.fdatasync = slow


def _go_wrong() -> None:
    """The kernel's stamps and the dates of directory and projector too; monotonic time stays as it is."""

    class Wrong(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Wrong":
            return cls.fromtimestamp(time.time(), tz)

    def later(self: sockets.Endpoint, most: int, now: float) -> list[sockets.Datagram]:
        by = _wrong_by()
        return [each._replace(received_at=each.received_at + by) for each in receive(self, most, now - by)]

    sockets.Endpoint.receive = later  # type: ignore[method-assign]
    directory.datetime = rounds.datetime = Wrong  # type: ignore[attr-defined]


def main(mode: str, auth: str, acct: str) -> None:
    if mode in ("honest", "early"):
        _commits_take(0.05)
    if mode == "early":
        _acknowledge_early()
    if mode == "slowcommit":
        _commits_take(0.5)
    if mode == "slowdisk":
        _syncs_take(0.5)
    if _told.name:
        _go_wrong()
    call_command(
        "radiusd", "--workers", "2", "--address", "127.0.0.1", "--auth-port", auth, "--acct-port", acct
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
