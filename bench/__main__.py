"""python -m bench [radius|vouchers|pages …]: run in order, print one JSON object."""

import json
import logging
import os
import platform
import sys
from datetime import UTC, datetime

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kmikro.settings")
django.setup()

from bench import ground, pages, radius_rates, vouchers  # noqa: E402 - models need django.setup first

PARTS = {"radius": radius_rates.measure, "vouchers": vouchers.measure, "pages": pages.measure}


def main(chosen: list[str]) -> int:
    unknown = set(chosen) - set(PARTS)
    if unknown:
        print(f"Unknown: {', '.join(sorted(unknown))}. There are {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    logging.disable(logging.WARNING)
    with ground.laid() as laid:
        figures = {name: measure(laid) for name, measure in PARTS.items() if not chosen or name in chosen}
    figures["run"] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "services": ground.PEOPLE,
    }
    print(json.dumps(figures, indent=2))
    return 0


sys.exit(main(sys.argv[1:]))
