"""Constant load for a while: memory and descriptors of every process stay where they are."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.faults.catalogue import fault
from tests.faults.databases import callers, none_wrong, outcome, pause, tell
from tests.faults.ground import Ground, missing, serving
from tests.faults.load import Router


def _memory(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _descriptors(pid: int) -> int:
    return len(os.listdir(f"/proc/{pid}/fd"))


def slope(samples: list[tuple[float, float]]) -> float:
    """Least squares: units a second."""
    count = len(samples)
    mean_x, mean_y = sum(x for x, _ in samples) / count, sum(y for _, y in samples) / count
    over = sum((x - mean_x) ** 2 for x, _ in samples)
    return sum((x - mean_x) * (y - mean_y) for x, y in samples) / over


@fault("F51", "constant load for minutes (a whole day is for a machine of its own)", quick=False)
def soak(ground: Ground, long: bool) -> str:
    seconds = 180 if long else 20
    with serving(ground, "plain") as daemon:
        people = callers(ground, daemon.auth, 200, long)
        mark = f"soak{daemon.process.pid}"
        daemon.routers = [
            Router(address, secret, daemon.acct, f"{mark}-{address[-1]}", pace=25)
            for address, secret in ground.routers.items()
        ]
        daemon.load()
        pause(seconds / 3)  # caches fill, the login log gets its first pages
        processes = daemon.children()
        memory: dict[int, list[tuple[float, float]]] = {each: [] for each in processes}
        before = {each: _descriptors(each) for each in processes}
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            for each in processes:
                memory[each].append((time.monotonic(), _memory(each)))
            pause(1.0)
        after = {each: _descriptors(each) for each in processes}
        logins = outcome(people)
        found = daemon.settle()
        assert daemon.children() == processes, "a process was replaced"
    none_wrong(logins)
    assert not missing(daemon, found)
    slopes = [slope(each) * 3600 / (1 << 20) for each in memory.values()]
    grown = [int(each[-1][1] - each[0][1]) >> 10 for each in memory.values()]
    opened = [after[each] - before[each] for each in processes]
    assert max(abs(each) for each in opened) <= 2, f"descriptors grew by {opened}"
    assert max(grown) <= 2_048, f"memory grew by {grown} KiB in {seconds} s"
    return (
        f"{seconds} s at 200 logins and 100 records a second: {tell(logins)}; memory grew by {grown} KiB "
        f"({', '.join(f'{each:.1f}' for each in slopes)} MiB an hour by least squares), descriptors by {opened}"
    )
