"""CPU seconds that processes and all their children have used, from /proc."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat after the command's name; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def family(root: int) -> set[int]:
    """A process and everything below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, left = set[int](), [root]
    while left:
        pid = left.pop()
        found.add(pid)
        left += children.get(pid, [])
    return found


def parent(pid: int) -> int:
    return int(_stat(pid)[1])


def seconds(*roots: int) -> float:
    """What the families have used so far, the children that have ended included."""
    pids = set[int]().union(*(family(root) for root in roots))
    return sum(sum(map(int, _stat(pid)[11:15])) for pid in pids) / _TICKS


def steal() -> float:
    """CPU seconds that the host took from this machine since it started."""
    return int(Path("/proc/stat").read_text().split("\n", 1)[0].split()[8]) / _TICKS
