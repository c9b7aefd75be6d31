"""python -m bench.fleet_process FIRST COUNT PORT FILE: a fleet of virtual routers until it is ended; FILE tells counts."""

import json
import signal
import sys
import threading
from pathlib import Path

from routers.virtual.fleet import Fleet


def main(first: str, count: int, port: int, file: Path) -> None:
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    fleet = Fleet(first, count, port).start()
    print("ready", flush=True)
    for line in sys.stdin:  # each line asks for the counts
        if over.is_set():
            break
        file.write_text(json.dumps(fleet.told()))
        print(line.strip() or "told", flush=True)
    fleet.stop()


main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
