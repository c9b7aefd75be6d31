"""Twenty kill -9 under load, a minute without PostgreSQL, and how fast a suspension is in force."""

from __future__ import annotations

import json
import time

from tests.faults.catalogue import fault
from tests.faults.databases import callers, none_wrong, outcome, pause, tell
from tests.faults.ground import Daemon, Ground, counted_once, missing, serving
from tests.faults.load import percentile


def _strike(ground: Ground, daemon: Daemon, number: int) -> None:
    """Worker and PostgreSQL in turn, always with records under way."""
    daemon.more(150, 60)
    if number % 2:
        ground.cluster.kill()
        daemon.more(100, 60)  # the spool takes them
        ground.cluster.start()
    else:
        daemon.kill_worker()
    daemon.more(150, 60)


@fault(
    "kills", "20 kill -9 of a worker and of PostgreSQL in turn, and the same with early answers", quick=False
)
def kills(ground: Ground, long: bool) -> str:
    strikes = 20 if long else 4
    with serving(ground, "honest") as daemon:
        daemon.load()
        for number in range(strikes):
            _strike(ground, daemon, number)
        found = daemon.settle(180)
    lost = missing(daemon, found)
    assert not lost, f"{len(lost)} acknowledged records are lost"
    assert counted_once(found), "usage was counted twice"
    with serving(ground, "early") as control:
        control.load()
        for number in range(strikes):
            _strike(ground, control, number)
        left = missing(control, control.settle(180))
    assert left, "the control lost nothing: this proves nothing"
    return (
        f"{strikes} kills: {len(daemon.acked())} records acknowledged, 0 lost, 0 counted twice; "
        f"acknowledging before the commit: {len(left)} of {len(control.acked())} lost"
    )


@fault("outage", "PostgreSQL down for 60 s under logins and accounting", quick=False)
def outage(ground: Ground, long: bool) -> str:
    with serving(ground, "plain") as daemon:
        people = callers(ground, daemon.auth, 200, long)
        daemon.load()
        daemon.more(300)
        ground.cluster.kill()
        down_at, before = time.monotonic(), len(daemon.acked())
        pause(60 if long else 5)
        during = len(daemon.acked()) - before
        down = time.monotonic() - down_at
        ground.cluster.start()
        daemon.more(300)
        logins = outcome(people)
        found = daemon.settle(300)
    none_wrong(logins)
    assert not missing(daemon, found), f"{len(missing(daemon, found))} acknowledged records are lost"
    assert counted_once(found), "usage was counted twice"
    return (
        f"down {down:.0f} s: {tell(logins)}, 0 wrong rejects; {during} records acknowledged meanwhile, 0 lost"
    )


@fault("suspend", "a suspension is committed while its owner signs in, 200 times", quick=False)
def suspend(ground: Ground, long: bool) -> str:
    rounds = 20 if long else 2
    with serving(ground, "plain") as daemon:
        address, secret = next(iter(ground.routers.items()))
        found = json.loads(
            ground.run(
                "tests.faults.suspensions", ground.schema, address, secret, str(daemon.auth), str(rounds)
            )
        )
    stale = [each * 1000 for each in found["stale"]]
    assert len(stale) == rounds * 10
    assert found["never"] == 0, f"{found['never']} suspensions were not in force after 1.5 s"
    assert max(stale) <= 1_000, f"somebody was let in {max(stale):.0f} ms after the commit"
    return (
        f"{len(stale)} suspensions, {found['asked']} logins: last one let in after the commit p50 "
        f"{percentile(stale, 50):.0f}, p90 {percentile(stale, 90):.0f}, p99 {percentile(stale, 99):.0f}, "
        f"at most {max(stale):.0f} ms; none after that"
    )
