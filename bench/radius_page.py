"""docs/benchmarks.md: the tables with the machine, the day and how it was measured."""

from typing import Any

from bench.party import OURS
from bench.radius_table import PAGE, fixed_table, machine, scale_table, table


def write(figures: dict[str, Any], scale: dict[str, Any] | None, run: dict[str, Any]) -> str:
    """Write the page; returns the tables."""
    shown = table(figures)
    wrong = sum(each["wrong"] for row in figures["rows"].values() for each in row.values())
    wrong += sum(
        each["wrong"] for row in figures["fixed"].values() for each in row.values() if isinstance(each, dict)
    )
    asked_only = ", ".join(
        f"{what} {row[OURS]['cpu_while_asked']:.2f}" for what, row in figures["rows"].items()
    )
    parts = [
        f"""# Benchmarks

## RADIUS beside FreeRADIUS

`make bench-radius` wrote this page on {run["at"][:10]}. Machine: {machine()}.

{shown}

- Medians of {figures["rounds"]} alternating runs. In brackets: CPU seconds per 10,000 requests of the server and of
  PostgreSQL together. Wrong answers in all runs: {wrong:.0f}. CPU time the host took away: {figures["stolen"]:.1%}.
- One load tool for all, on the same cores, {figures["window"]} requests open, every reply verified; {run["services"]:,} vouchers
  for PAP and CHAP, as many accounts for MS-CHAPv2, whose proof of the password and keys are verified too.
- K-Mikro: {run["cores"]} workers, every attempt journalled with its rule trace, accounting durable before the reply. Its
  CPU figure includes the projector that folds the journal into sessions, usage and login log after the answer; up to the
  last answer alone it was: {asked_only}.
- FreeRADIUS with SQL: `rlm_sql_postgresql` with the schema, indexes and queries of its package, 32 threads,
  32 connections, post-auth logging and radacct on; NT hashes ready, as ours are. In memory: users file, nothing stored.
  Configuration: `bench/freeradius`.
- The mix is a sixth each of PAP, CHAP and MS-CHAPv2, and half interim records.
- All parties and the load tool share {run["cores"]} cores and one CPU cgroup, so the scheduler shares the cores by thread;
  rates of a busy machine vary, the CPU figures less. Load average of the machine before the run, other work only:
  {figures["load_before"]}.
- What `kill -9` of the server or of PostgreSQL loses, and what is answered while PostgreSQL is away: `make faults` writes
  [faults.md](faults.md).
"""
    ]
    if figures["fixed"]:
        parts.append(
            f"""### At the rate that saturates FreeRADIUS with SQL

Open loop: every request leaves at its own time, whatever was answered, and its delay counts from that time.

{fixed_table(figures["fixed"])}
"""
        )
    if scale:
        parts.append(
            f"""### Many subscribers, many ISPs

Three servers over one database, asked in turn by routers of their own: people come from all over the list, half of them
vouchers (PAP), half accounts (MS-CHAPv2). Medians of {scale["rounds"]} alternating runs; load average before,
other work only: {scale["load_before"]}. Wrong answers: {scale["wrong"]:.0f}. 'First answer' is from the start of the command to 64 right answers, read as
they were asked; 'everybody known' is when all workers had read all services in the background, on the same cores.
Making an ISP took {scale["seconds_to_make_tenants"] / scale["tenants"]:.1f} s.

{scale_table(scale)}
"""
        )
    PAGE.write_text("\n".join(parts))
    return "\n\n".join((shown, *parts[1:]))
