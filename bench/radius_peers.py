"""RADIUS beside FreeRADIUS: alternating runs on the same PostgreSQL, rate and CPU seconds of every party."""

import os
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from statistics import median
from typing import Any

from django.db import connection

from bench import cpu, load, rival
from bench.ground import Ground
from bench.radius_rates import Server, drive, logins, radiusd, records
from tenants.models import LoginBatch, RadiusRecord

ROUNDS = 5
OURS, SQL, MEMORY = "K-Mikro", "FreeRADIUS with SQL", "FreeRADIUS in memory, nothing stored"
COUNTS = {OURS: 10_000, SQL: 1_500, MEMORY: 10_000}  # requests of one run
LONGEST = 330.0  # seconds; no round begins that would not end before
FOLDED = 30.0  # seconds that the projector may need after a run
_Make = Callable[[Server, list[bytes], int, int], list[load.Part]]

ROWS: dict[str, _Make] = {
    "PAP": lambda at, names, count, start: [logins(at.auth, names, count, start)],
    "CHAP": lambda at, names, count, start: [logins(at.auth, names, count, start, chap=True)],
    "accounting interim": lambda at, names, count, start: [records(at.acct, names, count, start)],
    "mix": lambda at, names, count, start: [
        logins(at.auth, names, count // 4, start),
        logins(at.auth, names, count // 4, start + count // 4, chap=True),
        records(at.acct, names, count // 4, start),
        records(at.acct, names, count // 4, start + count // 4),
    ],
}


def _folded() -> None:
    """Wait until the projector has put everything into the tenants' tables: that work is ours to pay for too."""
    deadline = time.monotonic() + FOLDED
    while _waiting() and time.monotonic() < deadline:
        time.sleep(0.05)


def _waiting() -> bool:
    return RadiusRecord.objects.filter(kind="acct").exists() or LoginBatch.objects.exists()


def _postmaster() -> int | None:
    """The process that PostgreSQL's others come from, when it runs on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), current_setting('port')")
        backend = int(cursor.fetchone()[0])
    try:
        name = open(f"/proc/{backend}/comm").read().strip()
    except OSError:
        return None
    return cpu.parent(backend) if name.startswith("postgres") else None


class _Party:
    """One server under test, and what was measured of it: row → runs."""

    def __init__(self, name: str, server: Server, names: list[bytes], postmaster: int | None) -> None:
        self.name, self.server, self.names = name, server, names
        self._roots = [server.pid] if postmaster is None else [server.pid, postmaster]
        self._start = 0
        self.runs: dict[str, list[dict[str, float]]] = defaultdict(list)

    def warm(self) -> None:
        """Every user read, every session begun; what follows is the usual day."""
        for _ in range(3 if self.name == OURS else 1):
            drive(*logins_of(self, min(len(self.names), COUNTS[self.name])))
        drive(records(self.server.acct, self.names, len(self.names)))
        if self.name == OURS:
            _folded()

    def run(self, row: str) -> None:
        count = COUNTS[self.name]
        parts = ROWS[row](self.server, self.names, count, self._start)
        self._start += count
        before = cpu.seconds(*self._roots)
        outcome = drive(*parts)
        while_asked = cpu.seconds(*self._roots)
        if self.name == OURS:
            _folded()
        after = cpu.seconds(*self._roots)
        self.runs[row].append(
            {
                "per_second": outcome.per_second,
                "p99_ms": outcome.p99_ms,
                "wrong": outcome.wrong,
                "resent": outcome.resent,
                "cpu": (after - before) / outcome.answered * 10_000,
                "cpu_while_asked": (while_asked - before) / outcome.answered * 10_000,
            }
        )


def logins_of(party: _Party, count: int) -> list[load.Part]:
    return [logins(party.server.auth, party.names, count)]


def ours(ground: Ground, rows: Collection[str] = (), rounds: int = ROUNDS) -> dict[str, Any]:
    """Our own server alone, in all rows or in some: what a change to it costs or gains, within a minute."""
    return measure(ground, {each: ROWS[each] for each in rows} or ROWS, rounds, peers=False)


def measure(
    ground: Ground, rows: Mapping[str, _Make] = ROWS, most: int = ROUNDS, *, peers: bool = True
) -> dict[str, Any]:
    """Medians of alternating runs; without FreeRADIUS only our own."""
    began, steal, busy = time.monotonic(), cpu.steal(), os.getloadavg()[0]
    names, postmaster = [code.encode() for code in ground.codes], _postmaster()
    with ExitStack() as stack:
        servers = {OURS: stack.enter_context(radiusd(os.cpu_count() or 1))}
        if peers and rival.is_there():
            servers[SQL] = stack.enter_context(rival.with_sql(ground.codes))
            servers[MEMORY] = stack.enter_context(rival.in_memory(ground.codes))
        parties = [_Party(name, server, names, postmaster) for name, server in servers.items()]
        for party in parties:
            party.warm()
        rounds, longest = 0, 0.0
        while rounds < most and time.monotonic() - began + longest < LONGEST:
            round_began = time.monotonic()
            for row in rows:
                for party in parties:
                    party.run(row)
            rounds += 1
            longest = max(longest, time.monotonic() - round_began)
    took = time.monotonic() - began
    return {
        "rounds": rounds,
        "seconds": round(took),
        "load_before": round(busy, 1),
        "stolen": round((cpu.steal() - steal) / took, 3),
        "cpu_of_postgresql": postmaster is not None,
        "window": load.WINDOW,
        "rows": {row: {each.name: _medians(each.runs[row]) for each in parties} for row in rows},
    }


def _medians(runs: list[dict[str, float]]) -> dict[str, float]:
    shown = {key: round(median(run[key] for run in runs), 2) for key in runs[0]}
    rates = [run["per_second"] for run in runs]
    return shown | {
        "wrong": sum(run["wrong"] for run in runs),
        "resent": sum(run["resent"] for run in runs),
        "slowest": round(min(rates)),
        "fastest": round(max(rates)),
        "per_second": round(median(rates)),
    }
