"""The gates: style, types, floors, migrations and API schema, in the order of their cost."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence

from stack import report
from stack.running import Running
from stack.suite import private_settings
from stack.trouble import Stopped, Trouble

GATES: dict[str, tuple[str, ...]] = {
    "style": ("ruff", "check", "."),
    "format": ("ruff", "format", "--check", "."),
    "floors": ("lint-imports",),
    "types": ("mypy", "."),
    "migrations": ("python", "manage.py", "makemigrations", "--check", "--dry-run"),
    "schema": ("python", "manage.py", "check_api_schema"),
}
# These read Django's settings, which want a database that is there.
NEED_SERVERS = {"types", "migrations", "schema"}


def lint(chosen: Sequence[str]) -> int:
    """Runs the named gates, or all; every gate runs even when an earlier one failed."""
    names = list(chosen) or list(GATES)
    unknown = [name for name in names if name not in GATES]
    if unknown:
        raise Trouble(f"There is no gate {', '.join(unknown)}; there are: {', '.join(GATES)}.")
    running = Running(private_settings(), report.Steps(), "services")
    try:
        with running.held():
            running.packages("test")
            env: Mapping[str, str] = os.environ
            if NEED_SERVERS.intersection(names):
                env = running.environment(running.servers(test=True))
            failed = [name for name in names if not passes(running, name, env)]
    except Stopped:
        return 130
    print("All gates passed." if not failed else f"Failed: {', '.join(failed)}.", flush=True)
    return 1 if failed else 0


def passes(running: Running, name: str, env: Mapping[str, str]) -> bool:
    """Runs one gate and says how it went."""
    began = time.monotonic()
    program, *words = GATES[name]
    print(f"== {name}: {program} {' '.join(words)}".rstrip(), flush=True)
    root = running.settings.root
    code = running.run_command([str(running.settings.venv / "bin" / program), *words], env, root)
    print(f"== {name}: {'passed' if code == 0 else 'FAILED'} ({time.monotonic() - began:.1f} s)", flush=True)
    return code == 0
