"""The disk of the spool is full, or takes half a second for every write."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from tests.faults.catalogue import fault
from tests.faults.databases import callers, none_wrong, outcome, tell
from tests.faults.ground import Ground, missing, serving
from tests.faults.load import ACCEPT, percentile
from tests.waiting import until


def _own_disk(folder: Path, size: str) -> str:
    """Words before a command that give it a small disk of its own at `folder`; raises where that is not allowed."""
    script = folder.with_suffix(".sh")
    script.write_text(f'#!/bin/sh\nmount -t tmpfs -o size={size} none "{folder}" && exec "$@"\n')
    script.chmod(0o755)
    wrap = f"unshare --mount {script}"
    tried = subprocess.run([*wrap.split(), "true"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, f"NOT RUN: no disk of its own can be mounted here ({tried.stderr.strip()})"
    return wrap


@fault("F40", "the disk of the spool is full while PostgreSQL is away", quick=True)
def full(ground: Ground, long: bool) -> str:
    folder = ground.home / "small-disk"
    folder.mkdir(exist_ok=True)
    wrap = _own_disk(folder, "65m")  # the reserve of 64 MiB and a little
    with serving(ground, "plain", KMIKRO_STATE=str(folder), WRAP=wrap) as daemon:
        inside = Path(f"/proc/{daemon.process.pid}/root{folder}")
        daemon.state = inside
        daemon.load()
        daemon.more(100)
        people = callers(ground, daemon.auth, 100, long)
        until(lambda: all(len(each.logins) > 20 for each in people), 20)  # every worker knows them by now
        ground.cluster.halt()
        seen = [-1.0, 0.0]  # how many were acknowledged, and since when no more were

        def stands_still() -> bool:
            acked = len(daemon.acked())
            if acked != seen[0]:
                seen[:] = [acked, time.monotonic()]
            return time.monotonic() - seen[1] > 3.0

        until(stands_still, 90, "records are acknowledged for ever")
        asked = sum(each.sent for each in daemon.routers)
        waiting, held = asked - len(daemon.acked()), daemon.spooled()
        assert held > 0, "nothing was spooled before the disk was full"
        assert waiting > 0, "nobody waits"
        numbers = iter(range(1, 200))
        until(lambda: daemon.answers(next(numbers)) == ACCEPT, 15, "logins stopped with the disk")
        logins = outcome(people)
        ground.cluster.start()
        daemon.more(waiting, 60)
        found = daemon.settle()
    none_wrong(logins)
    assert not missing(daemon, found), f"{len(missing(daemon, found))} acknowledged records are lost"
    return (
        f"{held >> 10} KiB spooled, then no answer to records, the reserve of 64 MiB left free; {tell(logins)}, "
        f"0 refused; afterwards all {waiting} that waited were taken, 0 lost"
    )


@fault("F41", "every write to the disk takes half a second", quick=False)
def slow(ground: Ground, long: bool) -> str:
    said = []
    for mode, down in (("slowcommit", False), ("slowdisk", True)):
        with serving(ground, mode) as daemon:
            people = callers(ground, daemon.auth, 100, long)
            until(
                lambda made=people: all(len(each.logins) > 20 for each in made), 20
            )  # known to every worker
            if down:
                ground.cluster.halt()
            daemon.load()
            daemon.more(1_000 if long else 300, 60)
            if down:
                ground.cluster.start()
            logins = outcome(people)
            found = daemon.settle()
        none_wrong(logins)
        assert not missing(daemon, found), "acknowledged records are lost"
        waits = [each for router in daemon.routers for each in router.latencies]
        assert percentile(waits, 50) >= 0.4, "records were answered before the disk had them"
        times = [each.seconds for each in logins]
        # A commit or an fsync waits in a thread of its own; what is left is the noise of a busy machine.
        assert percentile(times, 50) < 0.1, f"logins wait for the disk: {percentile(times, 50) * 1000:.0f} ms"
        said.append(
            f"{'spool' if down else 'commit'}: records p50 {percentile(waits, 50) * 1000:.0f} ms, logins p50 "
            f"{percentile(times, 50) * 1000:.1f} p99 {percentile(times, 99) * 1000:.0f} ms"
        )
    return "; ".join(said) + "; 0 refused, 0 lost"
