"""The record of what runs (run/stack.json, run/*.pid): written by the supervisor, read by every other command."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

from stack import identity
from stack.processes import Child
from stack.state import State

STACK = "stack.json"
DEMO = "demo.json"


def write(state: State, facts: dict[str, Any], children: list[Child]) -> None:
    """Replaces the record and the pid files."""
    rows = [child.facts() for child in children]
    me = {"pid": os.getpid(), "born": identity.birth(os.getpid())}
    state.write(STACK, facts | {"supervisor": me, "processes": rows})
    names = {"supervisor": os.getpid()} | {str(row["name"]): row["pid"] for row in rows if row["pid"]}
    for old in state.run.glob("*.pid"):
        if old.stem not in names:
            old.unlink(missing_ok=True)
    for name, pid in names.items():
        (state.run / f"{name}.pid").write_text(f"{pid}\n")


def clear(state: State) -> None:
    for old in (*state.run.glob("*.pid"), state.run / STACK):
        old.unlink(missing_ok=True)


def supervisor(state: State) -> tuple[int, str] | None:
    """The supervisor of the record while it lives."""
    known = state.read(STACK).get("supervisor") or {}
    pid, born = int(known.get("pid") or 0), str(known.get("born") or "")
    return (pid, born) if identity.alive(pid, born) else None


def leftovers(state: State) -> list[tuple[str, int, str]]:
    """Recorded children that still live; a pid reused by somebody else is not one."""
    rows = state.read(STACK).get("processes") or []
    found = [(str(row["name"]), int(row.get("pid") or 0), str(row.get("born") or "")) for row in rows]
    return [(name, pid, born) for name, pid, born in found if identity.alive(pid, born)]


def end_leftovers(state: State, patience: float = 10.0) -> list[str]:
    """Ends children that outlived a killed supervisor: first their own way, then for certain."""
    names = [name for name, _, _ in leftovers(state)]
    for number, seconds in ((signal.SIGTERM, patience), (signal.SIGINT, patience / 2), (signal.SIGKILL, 5.0)):
        for name, pid, born in reversed(leftovers(state)):
            # SIGTERM makes PostgreSQL wait for its clients; SIGINT is its quick and clean way.
            polite = signal.SIGINT if name == "postgres" and number == signal.SIGTERM else number
            identity.signal_exactly(pid, born, polite)
        deadline = time.monotonic() + seconds
        while leftovers(state) and time.monotonic() < deadline:
            time.sleep(0.1)
    return names
