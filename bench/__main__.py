"""python -m bench [radius|vouchers|pages …]: run in order, print one JSON object.

`radius-peers` runs only when it is asked for: it takes six minutes and wants FreeRADIUS on the machine. `radius-ours`
is our own part of it: `--rows PAP,CHAP --rounds 3` makes it shorter.
"""

import argparse
import json
import logging
import os
import platform
import sys
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kmikro.settings")
django.setup()

from bench import ground, pages, radius_peers, radius_rates, radius_table, vouchers  # noqa: E402 - models need django.setup first

PARTS = {"radius": radius_rates.measure, "vouchers": vouchers.measure, "pages": pages.measure}
ASKED_FOR = ("radius-peers", "radius-ours")


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join((*PARTS, *ASKED_FOR)))
    parser.add_argument("--rows", default="", help=f"of radius-ours: {','.join(radius_peers.ROWS)}")
    parser.add_argument("--rounds", type=int, default=radius_peers.ROUNDS, help="of radius-ours")
    asked = parser.parse_args(words)
    asked.rows = [each for each in asked.rows.split(",") if each]
    for given, known in ((asked.parts, (*PARTS, *ASKED_FOR)), (asked.rows, radius_peers.ROWS)):
        if unknown := set(given) - set(known):
            parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return asked


def main(words: list[str]) -> int:
    asked = _asked(words)
    parts = PARTS | {
        "radius-peers": radius_peers.measure,
        "radius-ours": lambda laid: radius_peers.ours(laid, asked.rows, asked.rounds),
    }
    logging.disable(logging.WARNING)
    with ground.laid() as laid:
        figures = {name: part(laid) for name, part in parts.items() if name in (asked.parts or PARTS)}
        figures["run"] = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "python": platform.python_version(),
            "cores": os.cpu_count(),
            "services": ground.PEOPLE,
        }
        page = ""
        if "radius-peers" in figures:
            page = radius_table.write(figures["radius-peers"], figures["run"])
    print(json.dumps(figures, indent=2))
    print(page)
    return 0


sys.exit(main(sys.argv[1:]))
