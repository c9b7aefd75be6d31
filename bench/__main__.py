"""python -m bench [radius|vouchers|pages …]: run in order, print one JSON object.

`radius-peers` and `radius-scale` run only when they are asked for; the first wants FreeRADIUS on the machine, and both
together write docs/benchmarks.md. `radius-ours` is our own part of the first: `--rows PAP,CHAP` makes it shorter.
"""

import argparse
import json
import logging
import os
import platform
import sys
from datetime import UTC, datetime
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kmikro.settings")
django.setup()

from bench import (  # noqa: E402 - models need django.setup first
    ground,
    imports,
    pages,
    party,
    radius_page,
    radius_peers,
    radius_rates,
    routers_fleet,
    routers_neighbours,
    scale,
    subscribers,
    voucher_print,
    vouchers,
)

PARTS = {"radius": radius_rates.measure, "vouchers": vouchers.measure, "pages": pages.measure}
ASKED_FOR = (
    "radius-peers",
    "radius-ours",
    "radius-scale",
    "routers-fleet",
    "routers-neighbours",
    "subscribers",
    "voucher-print",
    "import",
)


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join((*PARTS, *ASKED_FOR)))
    parser.add_argument("--rows", default="", help=f"of radius-ours: {','.join(party.ROWS)}")
    parser.add_argument(
        "--rounds", type=int, default=radius_peers.ROUNDS, help="alternating runs of each row"
    )
    parser.add_argument(
        "--rate", type=float, default=0.0, help="of radius-ours: also open loop, requests a second"
    )
    parser.add_argument(
        "--people", type=int, default=200_000, help="services of the large ISP of radius-scale"
    )
    parser.add_argument("--subscribers", type=int, default=100_000, help="people of subscribers")
    parser.add_argument("--import-rows", type=int, default=50_000, help="rows of import")
    parser.add_argument("--sessions", type=int, default=1_000_000, help="sessions of subscribers")
    parser.add_argument("--tenants", type=int, default=200, help="ISPs of radius-scale")
    parser.add_argument("--routers", type=int, default=1_000, help="virtual routers of routers-fleet")
    parser.add_argument("--full", action="store_true", help="of radius-scale: 1,000,000 services, 1,000 ISPs")
    asked = parser.parse_args(words)
    if asked.full:
        asked.people, asked.tenants = 1_000_000, 1_000
    asked.rows = [each for each in asked.rows.split(",") if each]
    for given, known in ((asked.parts, (*PARTS, *ASKED_FOR)), (asked.rows, party.ROWS)):
        if unknown := set(given) - set(known):
            parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return asked


def main(words: list[str]) -> int:
    asked = _asked(words)
    parts = PARTS | {
        "radius-peers": lambda laid: radius_peers.measure(laid, most=asked.rounds),
        "radius-scale": lambda laid: scale.measure(laid, asked.people, asked.tenants, asked.rounds),
        "subscribers": lambda laid: subscribers.measure(laid, asked.subscribers, asked.sessions),
        "voucher-print": voucher_print.measure,
        "import": lambda laid: imports.measure(laid, asked.import_rows),
        "routers-fleet": lambda laid: routers_fleet.measure(laid, asked.routers, asked.rounds),
        "routers-neighbours": lambda laid: routers_neighbours.measure(laid, asked.rounds),
        "radius-ours": lambda laid: radius_peers.ours(laid, asked.rows, asked.rounds, asked.rate),
    }
    logging.disable(logging.WARNING)
    run = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "services": ground.PEOPLE,
    }
    figures, page = dict[str, Any](), ""
    with ground.laid() as laid:
        for name, part in parts.items():
            if name in (asked.parts or PARTS):
                figures[name] = part(laid)
                if "radius-peers" in figures:  # again after each: a run that is broken off leaves what it has
                    page = radius_page.write(figures["radius-peers"], figures.get("radius-scale"), run)
    figures["run"] = run
    print(json.dumps(figures, indent=2))
    print(page)
    return 0


sys.exit(main(sys.argv[1:]))
