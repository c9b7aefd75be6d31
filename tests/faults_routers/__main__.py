"""`python -m tests.faults_routers [--short]`: at least 100 faulted pushes, and what became of them in numbers."""

from __future__ import annotations

import argparse
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kmikro.settings")
django.setup()

from tests.faults_routers.every import run  # noqa: E402  Django must be set up first
from tests.faults_routers.tally import Tally  # noqa: E402


def main() -> int:
    asked = argparse.ArgumentParser(prog="kmikro faults-routers")
    asked.add_argument("--short", action="store_true", help="as the tests run it: a few places of each fault")
    given = asked.parse_args()
    total, began = Tally(), time.monotonic()
    run(total, short=given.short, say=lambda line: print(line, flush=True))
    print(f"{total.pushes} faulted pushes in {time.monotonic() - began:.0f} s", flush=True)
    for line in total.lines():
        print(line, flush=True)
    return 1 if total.broken else 0


if __name__ == "__main__":
    sys.exit(main())
