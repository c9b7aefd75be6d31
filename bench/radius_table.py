"""The figures beside FreeRADIUS and beside the goals as tables, and docs/benchmarks.md with the machine and the day."""

import platform
import subprocess
from pathlib import Path
from typing import Any

from django.db import connection

from bench.party import MEMORY, OURS, SQL

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
_HEAD = (
    "| what | K-Mikro | FreeRADIUS with SQL | FreeRADIUS in memory, stores nothing | rate to SQL | CPU to SQL |"
    " rate to memory | goal |\n|---|---|---|---|---|---|---|---|"
)
# Row → times the rate, one part of the CPU, times the rate of FreeRADIUS in memory; 0: no goal.
GOALS = {
    "PAP": (40, 40, 2),
    "CHAP": (40, 40, 2),
    "MS-CHAPv2 with MPPE": (20, 25, 0),
    "accounting interim": (10, 12, 0),
    "mix": (15, 0, 0),
}
P99_GOALS = {"PAP": 5.0, "accounting interim": 10.0}  # ms on a quiet machine
SHARE_GOAL, MEGABYTES_GOAL, READY_GOAL = 0.85, 500, 15
SIZE_OF_GOALS = {"many": (1_000_000, "services"), "tenants": (1_000, "ISPs")}


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
            f" {_cpu_ratio(ours, sql)} | {_ratio(ours, memory)} | {_verdict(what, ours, sql, memory)} |"
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


def _verdict(
    what: str, ours: dict[str, float], sql: dict[str, float] | None, memory: dict[str, float] | None
) -> str:
    """Each goal of the row, and whether it was reached."""
    if sql is None or memory is None or what not in GOALS:
        return ""
    rate, share, in_memory = GOALS[what]
    checks = [(f"{rate} x", ours["per_second"] >= rate * sql["per_second"])]
    if share:
        checks.append((f"1/{share} CPU", ours["cpu"] * share <= sql["cpu"]))
    if in_memory:
        checks.append((f"{in_memory} x memory", ours["per_second"] >= in_memory * memory["per_second"]))
    return "; ".join(f"{goal}: {_said(reached)}" for goal, reached in checks)


def _said(reached: bool) -> str:
    return "reached" if reached else "**not reached**"


def fixed_table(figures: dict[str, Any]) -> str:
    """99 of 100 answers within so many milliseconds, at the rate that saturates FreeRADIUS with SQL."""
    lines = [
        "| what | rate | K-Mikro | FreeRADIUS with SQL | goal |",
        "|---|---|---|---|---|",
    ]
    for what, shown in figures.items():
        ours, sql, goal = shown[OURS], shown[SQL], P99_GOALS[what]
        lines.append(
            f"| {what} | {shown['rate']:,}/s | {_late(ours)} | {_late(sql)} |"
            f" {goal:.0f} ms: {_said(ours['p99_ms'] <= goal)} |"
        )
    return "\n".join(lines)


def _late(run: dict[str, float]) -> str:
    lost = f", {run['lost']:.0f} never answered" if run["lost"] else ""
    return f"p99 {run['p99_ms']:.1f} ms ({run['cpu']:.2f}), sent again {run['resent']:.0f}{lost}"


def scale_table(figures: dict[str, Any]) -> str:
    """Rates, memory and seconds of three servers: few services of one ISP, many, and few of many ISPs."""
    worlds = figures["worlds"]
    few = worlds["few"]
    names = {
        "few": f"1 ISP, {few['services']:,} services",
        "many": f"1 ISP, {figures['people']:,} services",
        "tenants": f"{figures['tenants']:,} ISPs, {worlds['tenants']['services']:,} services",
    }
    ways = [key for key in few if isinstance(few[key], dict)]
    lines = [
        f"| | {' | '.join(ways)} | memory of a worker | first answer | everybody known | goal |",
        f"|---|{'---|' * len(ways)}---|---|---|---|",
    ]
    for world, name in names.items():
        shown = worlds[world]
        rates = [
            f"{shown[way]['per_second']:,.0f}/s ({shown[way]['cpu']:.2f}){_share(shown[way], few[way], world)}"
            for way in ways
        ]
        lines.append(
            f"| {name} | {' | '.join(rates)} | {shown['megabytes']} MB | {shown['seconds_to_answer']} s |"
            f" {shown['seconds_until_known']:.0f} s | {_scale_verdict(world, shown, few, ways, figures)} |"
        )
    return "\n".join(lines)


def _share(run: dict[str, float], few: dict[str, float], world: str) -> str:
    if world == "few":
        return ""
    return f", {run['per_second'] / few['per_second']:.0%} of the rate, {run['cpu'] / few['cpu']:.2f} x CPU"


def _scale_verdict(
    world: str, shown: dict[str, Any], few: dict[str, Any], ways: list[str], figures: dict[str, Any]
) -> str:
    if world == "few":
        return ""
    goal_size, what = SIZE_OF_GOALS[world]
    size = figures["people" if world == "many" else "tenants"]
    smaller = f"; the goals are for {goal_size:,} {what}" if size < goal_size else ""
    kept = all(shown[way]["per_second"] >= SHARE_GOAL * few[way]["per_second"] for way in ways)
    checks = [(f"{SHARE_GOAL:.0%} of the rate", kept)]
    if world == "many":
        checks += [
            (f"{MEGABYTES_GOAL} MB", shown["megabytes"] <= MEGABYTES_GOAL),
            (f"answers within {READY_GOAL} s", shown["seconds_to_answer"] <= READY_GOAL),
        ]
    return "; ".join(f"{goal}: {_said(reached)}" for goal, reached in checks) + smaller
