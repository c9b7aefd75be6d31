"""python -m bench [radius|vouchers|pages …]: run in order, print one JSON object.

`radius-peers` runs only when it is asked for: it takes six minutes and wants FreeRADIUS on the machine.
"""

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
ASKED_FOR = {"radius-peers": radius_peers.measure}


def main(chosen: list[str]) -> int:
    parts = PARTS | ASKED_FOR
    unknown = set(chosen) - set(parts)
    if unknown:
        print(f"Unknown: {', '.join(sorted(unknown))}. There are {', '.join(parts)}.", file=sys.stderr)
        return 2
    logging.disable(logging.WARNING)
    with ground.laid() as laid:
        figures = {name: parts[name](laid) for name in parts if name in (chosen or PARTS)}
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
