"""Delays at the very rate at which FreeRADIUS with SQL is saturated: open loop, our own server beside it."""

from statistics import median
from typing import Any

from bench import steady
from bench.ground import SECRET, SOURCE
from bench.load import Part
from bench.party import OURS, SQL, Party, medians
from bench.radius_rates import logins, records

SECONDS = 3.0  # of one run
LANES = 64
ROWS = ("PAP", "accounting interim")
_GOOD = {"PAP": 2, "accounting interim": 5}


def measure(parties: list[Party], rounds: int) -> dict[str, Any]:
    """Row → rate and, by party, medians; the first two parties alternate, the one that stores nothing is left out."""
    rated = {each.name: each for each in parties if each.name in (OURS, SQL)}
    shown: dict[str, Any] = {}
    for row in ROWS:
        rate = median(run["per_second"] for run in rated[SQL].runs[row])
        name = f"{row} at a fixed rate"
        for number in range(rounds):
            for party in rated.values():
                _run(party, row, name, rate, number)
        shown[row] = {"rate": round(rate), **{each: medians(rated[each].runs[name]) for each in rated}}
    return shown


def alone(party: Party, row: str, rate: float, rounds: int) -> dict[str, Any]:
    """Medians of one party at a rate that is asked for."""
    for number in range(rounds):
        _run(party, row, f"{row} at a fixed rate", rate, number)
    return {"rate": round(rate), **medians(party.runs[f"{row} at a fixed rate"])}


def _run(party: Party, row: str, name: str, rate: float, number: int) -> None:
    count = int(rate * SECONDS)
    start = 1_000_000 + number * count
    codes = party.people.codes
    part: Part = (
        logins(party.server.auth, codes, count, start)
        if row == "PAP"
        else records(party.server.acct, codes, count, start)
    )
    orders = [
        steady.Order(0, part.server, lambda identifier, at=at: part.make(at, identifier), _GOOD[row])
        for at in range(count)
    ]
    router = steady.Router(SOURCE, SECRET.encode(), LANES)
    party.keep(name, lambda: steady.run([router], orders, rate=rate))
