"""The figures beside FreeRADIUS as a table, and docs/benchmarks.md with the machine and the day."""

import platform
import subprocess
from pathlib import Path
from typing import Any

from django.db import connection

from bench.radius_peers import MEMORY, OURS, SQL

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_HEAD = (
    "| what | K-Mikro | FreeRADIUS with SQL | FreeRADIUS in memory, stores nothing | rate to SQL | CPU to SQL |"
    " rate to memory |\n|---|---|---|---|---|---|---|"
)


def machine() -> str:
    """Processor, cores, memory and versions; nothing that names the machine."""
    cpuinfo = Path("/proc/cpuinfo").read_text()
    model = next((line.split(":", 1)[1].strip() for line in cpuinfo.splitlines() if "model name" in line), "")
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1_048_576
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        database = cursor.fetchone()[0].split()[0]
    cores = cpuinfo.count("processor\t:")
    return (
        f"{model or platform.machine()}, {cores} cores, {memory:.0f} GB, Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, PostgreSQL {database}, {_freeradius()}"
    )


def _freeradius() -> str:
    try:
        said = subprocess.run(["freeradius", "-v"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return "no FreeRADIUS"
    return " ".join(said.split("\n", 1)[0].split(",")[0].split()[-3:]).replace(" Version", "")


def table(figures: dict[str, Any]) -> str:
    """Rate and, in brackets, CPU seconds per 10,000 requests of server and database together."""
    lines = [_HEAD]
    for what, parties in figures["rows"].items():
        ours, sql, memory = (parties.get(each) for each in (OURS, SQL, MEMORY))
        lines.append(
            f"| {what} | {_cell(ours)} | {_cell(sql)} | {_cell(memory)} | {_ratio(ours, sql)} |"
            f" {_cpu_ratio(ours, sql)} | {_ratio(ours, memory)} |"
        )
    return "\n".join(lines)


def _cell(run: dict[str, float] | None) -> str:
    if run is None:
        return "not installed"
    return f"{run['per_second']:,.0f}/s ({run['cpu']:.2f}), p99 {run['p99_ms']:.0f} ms"


def _ratio(ours: dict[str, float], other: dict[str, float] | None) -> str:
    return "" if other is None else f"{ours['per_second'] / other['per_second']:.1f} x"


def _cpu_ratio(ours: dict[str, float], other: dict[str, float] | None) -> str:
    return "" if other is None or not ours["cpu"] else f"1/{other['cpu'] / ours['cpu']:.1f}"


def write(figures: dict[str, Any], run: dict[str, Any]) -> str:
    """Write the page; returns the table."""
    shown = table(figures)
    wrong = sum(each["wrong"] for row in figures["rows"].values() for each in row.values())
    asked_only = ", ".join(
        f"{what} {row[OURS]['cpu_while_asked']:.2f}" for what, row in figures["rows"].items()
    )
    PAGE.write_text(
        f"""# Benchmarks

## RADIUS beside FreeRADIUS

`make bench-radius` wrote this page on {run["at"][:10]}. Machine: {machine()}.

{shown}

- Medians of {figures["rounds"]} alternating runs. In brackets: CPU seconds per 10,000 requests of the server and of
  PostgreSQL together. Wrong answers in all runs: {wrong:.0f}. CPU time the host took away: {figures["stolen"]:.1%}.
- One load tool for all, on the same cores, {figures["window"]} requests open, every reply verified; {run["services"]:,} users.
- K-Mikro: {run["cores"]} workers, every attempt journalled with its rule trace, accounting durable before the reply. Its
  CPU figure includes the projector that folds the journal into sessions, usage and login log after the answer; up to the
  last answer alone it was: {asked_only}.
- FreeRADIUS with SQL: `rlm_sql_postgresql` with the schema, indexes and queries of its package, 32 threads,
  32 connections, post-auth logging and radacct on. In memory: users file, nothing stored. Configuration: `bench/freeradius`.
- The mix is a quarter PAP, a quarter CHAP, half interim records.
- All parties and the load tool share the machine and one CPU cgroup; rates of a busy machine vary, the CPU figures less.
  Load average of the machine before the run, other work only: {figures["load_before"]}.
"""
    )
    return shown
