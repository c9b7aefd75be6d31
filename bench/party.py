"""A server under test: what it is asked in each row of the comparison, and what that gave and cost."""

import time
from collections import defaultdict
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

from bench import cpu, load
from bench.crowd import Person
from bench.radius_rates import Server, drive, logins, mschap_logins, records
from tenants.models import LoginBatch, RadiusRecord

OURS, SQL, MEMORY = "K-Mikro", "FreeRADIUS with SQL", "FreeRADIUS in memory, nothing stored"
COUNTS = {OURS: 10_000, SQL: 1_500, MEMORY: 10_000}  # requests of one run
FOLDED = 30.0  # seconds that the projector may need after a run


class People(NamedTuple):
    """Vouchers sign in by PAP and CHAP with their codes, accounts by MS-CHAPv2."""

    codes: list[bytes]
    accounts: list[Person]


Make = Callable[[Server, People, int, int], list[load.Part]]

ROWS: dict[str, Make] = {
    "PAP": lambda at, people, count, start: [logins(at.auth, people.codes, count, start)],
    "CHAP": lambda at, people, count, start: [logins(at.auth, people.codes, count, start, chap=True)],
    "MS-CHAPv2 with MPPE": lambda at, people, count, start: [
        mschap_logins(at.auth, people.accounts, count, start)
    ],
    "accounting interim": lambda at, people, count, start: [records(at.acct, people.codes, count, start)],
    "mix": lambda at, people, count, start: [
        logins(at.auth, people.codes, count // 6, start),
        logins(at.auth, people.codes, count // 6, start + count // 6, chap=True),
        mschap_logins(at.auth, people.accounts, count // 6, start),
        records(at.acct, people.codes, count // 4, start),
        records(at.acct, people.codes, count // 4, start + count // 4),
    ],
}


def _folded() -> None:
    """Wait until the projector has put everything into the tenants' tables: that work is ours to pay for too."""
    deadline = time.monotonic() + FOLDED
    while _waiting() and time.monotonic() < deadline:
        time.sleep(0.05)


def _waiting() -> bool:
    return RadiusRecord.objects.filter(kind="acct").exists() or LoginBatch.objects.exists()


class Party:
    """One server under test, and what was measured of it: row → runs."""

    def __init__(self, name: str, server: Server, people: People, postmaster: int | None) -> None:
        self.name, self.server, self.people = name, server, people
        self.roots = [server.pid] if postmaster is None else [server.pid, postmaster]
        self._start = 0
        self.runs: dict[str, list[dict[str, float]]] = defaultdict(list)

    def warm(self) -> None:
        """Every user read, every session begun; what follows is the usual day."""
        count = min(len(self.people.codes), COUNTS[self.name])
        for _ in range(3 if self.name == OURS else 1):
            drive(*ROWS["PAP"](self.server, self.people, count, 0))
            drive(*ROWS["MS-CHAPv2 with MPPE"](self.server, self.people, count, 0))
        drive(records(self.server.acct, self.people.codes, len(self.people.codes)))
        self.settle()

    def settle(self) -> None:
        """Wait until everything is where it belongs: that work is ours to pay for too."""
        if self.name == OURS:
            _folded()

    def run(self, row: str) -> None:
        count = COUNTS[self.name]
        parts = ROWS[row](self.server, self.people, count, self._start)
        self._start += count
        self.keep(row, lambda: drive(*parts))

    def keep(self, row: str, drive_: Callable[[], load.Outcome]) -> None:
        """Note what a run gave and cost, until the last answer and until everything has settled."""
        before = cpu.seconds(*self.roots)
        outcome = drive_()
        while_asked = cpu.seconds(*self.roots)
        self.settle()
        after = cpu.seconds(*self.roots)
        self.runs[row].append(
            {
                "per_second": outcome.per_second,
                "p99_ms": outcome.p99_ms,
                "wrong": outcome.wrong,
                "resent": outcome.resent,
                "lost": outcome.lost,
                "cpu": (after - before) / outcome.answered * 10_000,
                "cpu_while_asked": (while_asked - before) / outcome.answered * 10_000,
            }
        )


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    shown = {key: round(median(run[key] for run in runs), 2) for key in runs[0]}
    rates = [run["per_second"] for run in runs]
    return shown | {
        "wrong": sum(run["wrong"] for run in runs),
        "resent": sum(run["resent"] for run in runs),
        "lost": sum(run["lost"] for run in runs),
        "slowest": round(min(rates)),
        "fastest": round(max(rates)),
        "per_second": round(median(rates)),
    }
