"""Which process a recorded number means: a pid alone is reused, a pid with its start time is not."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def birth(pid: int) -> str:
    """The start time of a live process in the kernel's own words; empty when there is none (or only a zombie)."""
    stat = Path(f"/proc/{pid}/stat")
    if not Path("/proc/self/stat").exists():
        shown = subprocess.run(
            ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return shown.stdout.strip()
    try:
        # The command name may hold spaces and brackets: count fields after the last bracket.
        fields = stat.read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else f"{boot()}:{fields[19]}"


def boot() -> str:
    """Names this boot of the machine, as start times count from it."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def alive(pid: int, born: str) -> bool:
    """Whether exactly that process still lives."""
    return bool(born) and pid > 1 and birth(pid) == born


def signal_exactly(pid: int, born: str, number: int) -> bool:
    """Signals the recorded process, and nobody who inherited its pid."""
    if not alive(pid, born):
        return False
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
