"""Shows the logs of all processes as one stream, each line under its process's name."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from stack.trouble import Trouble

LAST_LINES = 20


def follow(folder: Path, names: Sequence[str], on: bool) -> int:
    """Prints the last lines of each log and, when `on`, what is added."""
    known = {path.stem for path in folder.glob("*.log")}
    unknown = [name for name in names if name not in known]
    if unknown or not known:
        raise Trouble(
            f"There is no log {', '.join(unknown)} in {folder}; there are: {', '.join(sorted(known))}."
        )
    places: dict[Path, int] = {}
    first = True
    while True:
        for path in sorted(folder.glob("*.log")):
            if not names or path.stem in names:
                places[path] = show(path, places.get(path, 0), LAST_LINES if first else None)
        if not on:
            return 0
        first = False
        time.sleep(0.3)


def show(path: Path, place: int, last: int | None) -> int:
    """Prints whole lines from a place on; answers the place reached. A log that shrank was begun anew."""
    size = path.stat().st_size
    if size < place:
        place = 0
    if size == place:
        return place
    with path.open("rb") as source:
        source.seek(max(place, size - 2**18))
        text = source.read()
    whole, newline, _ = text.rpartition(b"\n")
    lines = whole.decode(errors="replace").splitlines()
    for line in lines if last is None else lines[-last:]:
        print(f"{path.stem:<9}| {line}", flush=True)
    return size - (len(text) - len(whole) - len(newline))
