"""A worker is killed, or stands still; packets that hang other servers; garbage by the thousand."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import time

from tests.faults.catalogue import fault
from tests.faults.databases import CALM, callers, none_wrong, outcome, pause, tell
from tests.faults.ground import ADDRESS, ROOT, Ground, missing, serving
from tests.faults.load import ACCEPT, Caller, percentile
from tests.radius import vectors as v
from tests.waiting import until


@fault("F6", "kill -9 of one of two workers under load, five times", quick=False)
def worker_killed(ground: Ground, long: bool) -> str:
    gaps: list[float] = []
    with serving(ground, "plain") as daemon:
        people = callers(ground, daemon.auth, 200 if long else 100, long)
        daemon.load()
        for _ in range(5 if long else 2):
            daemon.more(200)
            until(lambda: len(daemon.workers()) >= 2, 30)
            pause(5.2)  # younger ones are replaced a second later, lest a broken one is started for ever
            born = set(daemon.children())
            killed_at, gone = time.monotonic(), daemon.kill_worker()
            until(lambda known=born: set(daemon.children()) - known, 10, "no new worker was started")
            gaps.append(time.monotonic() - killed_at)
            assert gone not in daemon.children()
        daemon.more(200)
        logins = outcome(people)
        found = daemon.settle()
    none_wrong(logins)
    assert max(gaps) <= 2.0, f"a new worker came after {max(gaps):.1f} s"
    assert not missing(daemon, found), "acknowledged records are lost"
    most = max(each.tries for each in logins)
    return f"a new worker after {max(gaps) * 1000:.0f} ms at most; {tell(logins)}, {most} tries at most, 0 failed"


@fault("F7", "all workers stand still (SIGSTOP) for 5 s, then one for good", quick=False)
def worker_stopped(ground: Ground, long: bool) -> str:
    with serving(ground, "plain") as daemon:
        address, secret = next(iter(ground.routers.items()))
        caller = Caller(address, secret, daemon.auth, itertools.repeat(CALM), pace=40, tries=1, patience=8.0,
                        window=250)  # fmt: skip
        caller.start()
        until(lambda: len(caller.logins) > 20, 10)
        stopped = daemon.workers()
        for each in stopped:
            os.kill(each, signal.SIGSTOP)
        stopped_at = time.monotonic()
        pause(5.0)
        for each in stopped:
            os.kill(each, signal.SIGCONT)
        woke_at = time.monotonic()
        pause(2.0)
        caller.stop()
        waited = [wait for at, wait in caller.replies if at >= woke_at]
        late = [wait for wait in waited if wait > 3.25]
        silent = [each for each in caller.logins if each.code == 0]
        assert not late, f"{len(late)} answers came up to {max(late):.1f} s late"
        assert len(silent) > 20, "nothing was left unanswered"
        victim = daemon.workers()[0]
        os.kill(victim, signal.SIGSTOP)
        began = time.monotonic()
        until(lambda: victim not in daemon.children(), 20, "a worker that stands still is not replaced")
        replaced = time.monotonic() - began
        until(lambda: daemon.answers(3) == ACCEPT, 20)
    return (
        f"stopped {woke_at - stopped_at:.1f} s: {len(silent)} stale requests dropped, none answered after more than "
        f"{max(waited):.1f} s; a stuck worker is replaced after {replaced:.1f} s"
    )


@fault("F8", "packets that hang or crash other servers (H1 to H4)", quick=True)
def hanging_packets(ground: Ground, long: bool) -> str:
    with serving(ground, "plain") as daemon:
        people = callers(ground, daemon.auth, 100, long)
        pause(3)
        before = percentile([each.seconds for one in people for each in one.logins], 99)
        asked = [one.started for one in people]
        sent = 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
            wire.bind((next(iter(ground.routers)), 0))
            for _ in range(25):
                for packet in (v.H1, v.H2, v.H3, v.H4):
                    wire.sendto(packet, (ADDRESS, daemon.auth))
                    wire.sendto(packet, (ADDRESS, daemon.acct))
                    sent += 2
                pause(0.1)
            wire.settimeout(1.0)
            try:
                answered = wire.recv(4096)
            except TimeoutError:
                answered = b""
        until(lambda: all(one.started > at + 20 for one, at in zip(people, asked, strict=True)), 20)
        logins = outcome(people)
        children = len(daemon.children())
    none_wrong(logins)
    assert answered == b"", "a hanging packet was answered"
    assert children == 3, "a worker went"
    return f"{sent} sent, none answered; p99 of logins {before * 1000:.1f} ms before; {tell(logins)} in all"


@fault("F9", "50,000 datagrams of garbage a second from one router's address", quick=False)
def garbage(ground: Ground, long: bool) -> str:
    flooder, *others = ground.routers
    with serving(ground, "plain") as daemon:
        people = [
            Caller(address, ground.routers[address], daemon.auth, itertools.repeat(CALM), pace=40)
            for address in others
        ]
        for each in people:
            each.start()
        pause(2)
        flood = subprocess.run(
            [sys.executable, "-m", "tests.faults.garbage", flooder, str(daemon.auth), "10" if long else "3"],
            cwd=ROOT, env=ground.env, capture_output=True, text=True, check=True,
        )  # fmt: skip
        logins = outcome(people)
    sent, seconds = map(float, flood.stdout.split())
    none_wrong(logins)
    times = [each.seconds for each in logins]
    p99 = percentile(times, 99)
    assert p99 <= (0.1 if long else 1.2), f"p99 of the other routers is {p99 * 1000:.0f} ms"
    first = sum(each.tries == 1 for each in logins) / len(logins)
    assert first >= 0.98, f"only {first:.1%} of the others' logins were answered at once"
    return (
        f"{sent / seconds:,.0f} datagrams a second for {seconds:.0f} s; others: {len(logins)} logins, "
        f"p50 {percentile(times, 50) * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms, {first:.2%} at the first try, 0 refused"
    )
