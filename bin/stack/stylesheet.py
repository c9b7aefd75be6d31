"""The one stylesheet: built by the Tailwind command of the lock, only when something it reads has changed."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from stack.processes import run_step
from stack.running import Running
from stack.trouble import Trouble

SOURCE, TARGET = "assets/src/input.css", "static/build/app.css"
READ = {".html", ".css", ".js", ".py", ".svg", ".txt"}
SKIP = {"node_modules", "tests", "bench", "build", "docs", "migrations", "__pycache__", "bin"}


def sources(root: Path) -> Iterator[Path]:
    """Every file whose class names may reach the stylesheet."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in SKIP and not name.startswith("."))
        yield from (Path(folder) / name for name in sorted(files) if Path(name).suffix in READ)


def fingerprint(root: Path) -> str:
    """Names the content of all sources."""
    whole = hashlib.sha256()
    for path in sources(root):
        whole.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def build(running: Running) -> None:
    """Builds unless the last build read exactly these files."""
    began = time.monotonic()
    root = running.settings.root
    target, stamp = root / TARGET, root / TARGET.replace("app.css", ".app.css.stamp")
    now = fingerprint(root)
    if target.exists() and stamp.exists() and stamp.read_text() == now:
        running.steps("Stylesheet is up to date", began)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    log = running.state.logs / "stylesheet.log"
    argv = [str(running.settings.venv / "bin/tailwindcss"), "-i", SOURCE, "-o", TARGET, "--minify"]
    with log.open("wb") as out:
        code = run_step(argv, os.environ, root, out)
    if code:
        raise Trouble(f"The stylesheet could not be built (code {code}): read {log}.")
    stamp.write_text(now)
    running.steps("Stylesheet built", began)
