"""The tables say plainly which goal was reached and which was not."""

from __future__ import annotations

from typing import Any

from bench.party import MEMORY, OURS, SQL
from bench.radius_table import fixed_table, scale_table, table


def run(rate: float, cpu: float, p99: float = 1.0, **more: float) -> dict[str, float]:
    return {"per_second": rate, "cpu": cpu, "p99_ms": p99, "resent": 0, "lost": 0, "wrong": 0} | more


def line(text: str, start: str) -> str:
    return next(each for each in text.splitlines() if each.startswith(f"| {start}"))


def test_rates_and_cpu_are_set_beside_their_goals() -> None:
    rows = {
        "PAP": {OURS: run(4000, 1.0), SQL: run(100, 41.0), MEMORY: run(2500, 0.1)},
        "accounting interim": {OURS: run(999, 1.0), SQL: run(100, 12.0), MEMORY: run(1, 1)},
    }
    shown = table({"rows": rows})
    assert (
        "40.0 x | 1/41.0 | 1.6 x | 40 x: reached; 1/40 CPU: reached; 2 x memory: **not reached** |"
        in line(shown, "PAP")
    )
    assert line(shown, "accounting").endswith("10 x: **not reached**; 1/12 CPU: reached |")


def test_without_freeradius_there_is_no_verdict() -> None:
    assert line(table({"rows": {"PAP": {OURS: run(4000, 1.0)}}}), "PAP").count("not installed") == 2


def test_delays_and_losses_are_set_beside_their_goals() -> None:
    figures = {"PAP": {"rate": 1000, OURS: run(1000, 1, 5.0), SQL: run(900, 9, 800.0, lost=7)}}
    shown = line(fixed_table(figures), "PAP")
    assert "7 never answered" in shown
    assert shown.endswith("5 ms: reached |")


def world(rate: float, megabytes: int, answer: float = 3.0) -> dict[str, Any]:
    return {
        "services": 10,
        "megabytes": megabytes,
        "seconds_to_answer": answer,
        "seconds_until_known": 60.0,
        "PAP": run(rate, 1.0),
    }


def test_scale_is_measured_by_what_is_kept_of_the_rate() -> None:
    worlds = {"few": world(1000, 90), "many": world(850, 501), "tenants": world(849, 90)}
    shown = scale_table({"worlds": worlds, "people": 1_000_000, "tenants": 1000})
    assert line(shown, "1 ISP, 1,000,000").endswith(
        "85% of the rate: reached; 500 MB: **not reached**; answers within 15 s: reached |"
    )
    assert line(shown, "1,000 ISPs").endswith("85% of the rate: **not reached** |")
    smaller = scale_table({"worlds": worlds, "people": 999_999, "tenants": 999})
    assert line(smaller, "1 ISP, 999,999").endswith("; the goals are for 1,000,000 services |")
    assert line(smaller, "999 ISPs").endswith("; the goals are for 1,000 ISPs |")
