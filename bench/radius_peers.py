"""RADIUS beside FreeRADIUS: alternating runs on the same PostgreSQL, rate and CPU seconds of every party."""

import os
import time
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from typing import Any

from django.db import connection

from bench import cpu, crowd, fixed, load, rival
from bench.ground import Ground
from bench.party import MEMORY, OURS, ROWS, SQL, Make, Party, People, medians
from bench.radius_rates import radiusd
from kmikro.lib import mschap

ROUNDS = 5
LEAST = 3  # rounds, however long they take
LONGEST = 500.0  # seconds; no round begins that would not end before
ACCOUNTS = 10_000


def postmaster_of_postgresql() -> int | None:
    """The process that PostgreSQL's others come from, when it runs on this machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), current_setting('port')")
        backend = int(cursor.fetchone()[0])
    try:
        name = open(f"/proc/{backend}/comm").read().strip()
    except OSError:
        return None
    return cpu.parent(backend) if name.startswith("postgres") else None


def ours(
    ground: Ground, rows: Collection[str] = (), rounds: int = ROUNDS, rate: float = 0.0
) -> dict[str, Any]:
    """Our own server alone, in all rows or in some: what a change to it costs or gains, within a minute.

    With a rate (requests a second) the rows that have one are also run in open loop.
    """
    return measure(ground, {each: ROWS[each] for each in rows} or ROWS, rounds, peers=False, rate=rate)


def measure(
    ground: Ground,
    rows: Mapping[str, Make] = ROWS,
    most: int = ROUNDS,
    *,
    peers: bool = True,
    rate: float = 0.0,
) -> dict[str, Any]:
    """Medians of alternating runs; without FreeRADIUS only our own."""
    began, steal, busy = time.monotonic(), cpu.steal(), os.getloadavg()[0]
    accounts = crowd.add(ground.isp.schema_name, ground.plan_id, ACCOUNTS, "account")
    crowd.analyze()
    people, postmaster = (
        People([code.encode() for code in ground.codes], accounts),
        postmaster_of_postgresql(),
    )
    with ExitStack() as stack:
        servers = {OURS: stack.enter_context(radiusd(os.cpu_count() or 1))}
        if peers and rival.is_there():
            known = _known_to_rivals(people)
            servers[SQL] = stack.enter_context(rival.with_sql(known))
            servers[MEMORY] = stack.enter_context(rival.in_memory(known))
        parties = [Party(name, server, people, postmaster) for name, server in servers.items()]
        for party in parties:
            party.warm()
        rounds, longest = 0, 0.0
        while rounds < most and (rounds < LEAST or time.monotonic() - began + longest < LONGEST):
            round_began = time.monotonic()
            for row in rows:
                for party in parties:
                    party.run(row)
            rounds += 1
            longest = max(longest, time.monotonic() - round_began)
        steady = fixed.measure(parties, rounds) if peers and SQL in servers else {}
        if rate:
            steady = {row: fixed.alone(parties[0], row, rate, rounds) for row in fixed.ROWS if row in rows}
    took = time.monotonic() - began
    return {
        "rounds": rounds,
        "seconds": round(took),
        "load_before": round(busy, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "stolen": round((cpu.steal() - steal) / took / (os.cpu_count() or 1), 3),
        "cpu_of_postgresql": postmaster is not None,
        "window": load.WINDOW,
        "rows": {row: {each.name: medians(each.runs[row]) for each in parties} for row in rows},
        "fixed": steady,
    }


def _known_to_rivals(people: People) -> rival.People:
    """Accounts with their NT hash, as we keep it: nobody computes it at a login."""
    codes = [(code.decode(), "Cleartext-Password", code.decode()) for code in people.codes]
    return codes + [
        (each.name.decode(), "NT-Password", "0x" + (mschap.nt_hash(each.password) or b"").hex())
        for each in people.accounts
    ]
