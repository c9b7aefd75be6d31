"""Run as a program: radiusd with commits that take 50 ms; with `early` it acknowledges before them (the control)."""

import sys
import threading
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402 - after setup

from radius import journal, writer  # noqa: E402

append, put = journal.append, writer.Writer.put


def slow(line: Any, entries: Any) -> None:
    threading.Event().wait(0.05)
    append(line, entries)


def early(self: writer.Writer, record: Any, done: Any) -> bool:
    taken = put(self, record, lambda _ok: None)
    if taken:
        done(True)
    return taken


def main(mode: str, auth: str, acct: str) -> None:
    journal.append = slow
    if mode == "early":
        writer.Writer.put = early  # type: ignore[method-assign]  # the control
    call_command(
        "radiusd", "--workers", "2", "--address", "127.0.0.1", "--auth-port", auth, "--acct-port", acct
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
