"""`python -m tests.faults [F3 F5 kills] [--short] [--list]`: breaks things and says which promises were kept."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.faults.every import ALL
from tests.faults.ground import Ground


def main() -> int:
    asked = argparse.ArgumentParser(prog="kmikro faults")
    asked.add_argument("names", nargs="*", metavar="FAULT", help="for example F3 F5 kills; none: all")
    asked.add_argument("--short", action="store_true", help="as the tests run them, without the long waits")
    asked.add_argument("--list", action="store_true", help="what there is")
    given = asked.parse_args()
    if given.list:
        print("\n".join(f"{each.name:8} {each.says}" for each in ALL))
        return 0
    known = {each.name.lower() for each in ALL}
    if strange := [each for each in given.names if each.lower() not in known]:
        asked.error(f"there is no {', '.join(strange)}; see --list")
    wanted = {each.lower() for each in given.names} or known
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))  # so that nothing is left running
    failed = passed = 0
    with tempfile.TemporaryDirectory(prefix="kmikro-faults-") as home:
        ground = Ground(Path(home))
        try:
            for each in (one for one in ALL if one.name.lower() in wanted):
                began = time.monotonic()
                try:
                    figures = each.run(ground, not given.short)
                except Exception as broken:
                    failed += 1
                    why = str(broken).splitlines()[0] if str(broken) else type(broken).__name__
                    if not isinstance(broken, AssertionError) or not str(broken):
                        traceback.print_exc()
                    print(f"{each.name} FAILED: {why} ({time.monotonic() - began:.0f} s)", flush=True)
                else:
                    passed += 1
                    print(f"{each.name} passed: {figures} ({time.monotonic() - began:.0f} s)", flush=True)
                ground.restore()
        finally:
            ground.close()
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
