"""What a person reads: one line per step with its time, and the table at the end."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import IO, Any


class Steps:
    """Prints each step with the seconds it took."""

    def __init__(self, out: IO[str] | None = None) -> None:
        self.out = out or sys.stdout
        self.began = time.monotonic()

    def __call__(self, text: str, since: float) -> None:
        self.say(f"{time.monotonic() - since:6.1f} s  {text}")

    def say(self, text: str) -> None:
        print(text, file=self.out, flush=True)


def table(title: str, rows: Sequence[tuple[str, str]]) -> str:
    """Two aligned columns under a title; rows without a name continue the one above."""
    width = max((len(name) for name, _ in rows), default=0)
    lines = [title, "-" * max(len(title), width + 2 + max((len(text) for _, text in rows), default=0))]
    lines += [f"{name:<{width}}  {text}".rstrip() for name, text in rows]
    return "\n".join(lines)


def overview(record: Mapping[str, Any], demo: Mapping[str, Any]) -> str:
    """The table of a running installation, from its record and what the seed answered."""
    places = record.get("addresses", {})
    ports = record.get("ports", {})
    # The two server addresses hold passwords: shown only where they are all there is to show.
    hidden = () if record.get("scope") == "services" else ("database_url", "redis_url")
    rows = [(label, str(places[key])) for key, label in PLACES if key in places and key not in hidden]
    label = "Demo sign-in"
    for entry in demo.get("sign_ins", []):
        rows.append((label, f"{entry.get('email')}  {entry.get('password')}  ({entry.get('role')})"))
        label = ""
    if "KMIKRO_RADIUS_AUTH_PORT" in ports and record.get("scope") != "services":
        auth, acct, coa = (ports[f"KMIKRO_{word}_PORT"] for word in ("RADIUS_AUTH", "RADIUS_ACCT", "COA"))
        rows.append(("RADIUS (UDP)", f"authentication {auth}, accounting {acct}, CoA to routers {coa}"))
    rows += [
        ("Logs", f"{record.get('logs', '')}  (follow: make logs)"),
        ("State", f"{record.get('home', '')}  (stop: Ctrl-C or make down)"),
    ]
    return table("K-Mikro is ready", rows)


PLACES = (
    ("public", "Platform"),
    ("demo", "Demo ISP"),
    ("api_docs", "API docs"),
    ("hotspot", "Hotspot (virtual router)"),
    ("database_url", "DATABASE_URL"),
    ("redis_url", "REDIS_URL"),
)


def processes(record: Mapping[str, Any]) -> str:
    rows = [
        (
            str(entry["name"]),
            f"{entry['state']:<9} pid {entry['pid'] or '-'}"
            + (f"  restarted {entry['restarts']} times" if entry["restarts"] else ""),
        )
        for entry in record.get("processes", [])
    ]
    return table(f"Processes ({record.get('state', 'stopped')})", rows)
