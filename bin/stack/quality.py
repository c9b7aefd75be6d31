"""The gates: style, types, floors, migrations and API schema, in the order of their cost."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence

from stack import report, settings
from stack.running import Running
from stack.state import State
from stack.suite import with_services
from stack.trouble import Trouble

# The last two import Django's settings and compare with a migrated database, hence the servers.
GATES: dict[str, tuple[str, ...]] = {
    "style": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "types": ("mypy",),
    "floors": ("lint-imports",),
    "migrations": ("python", "manage.py", "makemigrations", "--check", "--dry-run"),
    "schema": ("python", "manage.py", "check_api_schema"),
}
NEED_SERVICES = ("migrations", "schema")


def lint(chosen: Sequence[str]) -> int:
    """Runs the named gates, or all; every gate runs even when an earlier one failed."""
    unknown = [name for name in chosen if name not in GATES]
    if unknown:
        raise Trouble(f"There is no gate {', '.join(unknown)}; there are: {', '.join(GATES)}.")
    where = settings.read(os.environ)
    State(where.state).prepare()
    Running(where, report.Steps(), "lint").packages("test")
    failed = []
    for name in chosen or list(GATES):
        began = time.monotonic()
        argv = [str(where.venv / "bin" / GATES[name][0]), *GATES[name][1:]]
        print(f"== {name}: {' '.join(GATES[name])}", flush=True)
        if name in NEED_SERVICES:
            code = with_services(["--", *argv])
        else:
            code = subprocess.run(argv, cwd=where.root, check=False).returncode
        print(f"== {name}: {'passed' if code == 0 else 'FAILED'} ({time.monotonic() - began:.1f} s)", flush=True)
        failed += [name] if code else []
    print("All gates passed." if not failed else f"Failed: {', '.join(failed)}.", flush=True)
    return 1 if failed else 0
