"""Tests, benchmarks and any other command on a private PostgreSQL and Valkey that end with it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from stack import report, settings
from stack.running import Running
from stack.stylesheet import build
from stack.trouble import Stopped, Trouble

PEERS = "tests/peers/node"


def private_settings() -> settings.Settings:
    """Never the servers of DATABASE_URL: tests make and drop databases. KMIKRO_TEST_* name others on purpose."""
    chosen = settings.read(os.environ)
    home = os.environ.get("KMIKRO_TEST_STATE", "").strip()
    return replace(
        chosen,
        state=Path(home).expanduser().absolute() if home else chosen.root / ".kmikro-test",
        database_url=os.environ.get("KMIKRO_TEST_DATABASE_URL", "").strip(),
        redis_url=os.environ.get("KMIKRO_TEST_REDIS_URL", "").strip(),
    )


def with_services(arguments: Sequence[str], suite: bool = False, durable: bool = False) -> int:
    """Runs a command with DATABASE_URL, REDIS_URL and a secret key in its environment; answers its exit code."""
    argv = list(arguments[1:] if arguments[:1] == ["--"] else arguments)
    if not argv:
        raise Trouble("Say which command to run: bin/kmikro services -- COMMAND …")
    # A benchmark prints figures for programs on standard output and measures servers that keep what they were given.
    steps = report.Steps(sys.stderr if durable else None)
    running = Running(private_settings(), steps, "services")
    try:
        with running.held():
            running.packages("test")
            if suite:
                build(running)
                install_peers(running)
            env = running.environment(running.servers(test=not durable))
            running.mark("ready")
            return running.run_command(argv, env, running.settings.root if suite else Path.cwd())
    except Stopped:
        return 130


def run_tests(arguments: Sequence[str]) -> int:
    """pytest over everything, or over what was asked."""
    extra = list(arguments[1:] if arguments[:1] == ["--"] else arguments)
    python = settings.ROOT / ".venv/bin/python"
    # One more than there are cores: many tests wait for processes of their own.
    workers = os.environ.get("KMIKRO_TEST_WORKERS", str((os.cpu_count() or 1) + 1))
    return with_services(
        [str(python), "-m", "pytest", "-n", workers, "--dist", "loadgroup", *extra], suite=True
    )


def take_pictures() -> int:
    """The pictures of pages that docs/ shows."""
    os.environ["KMIKRO_PICTURES"] = "1"
    return run_tests(["-q", "tests/ui/test_pictures.py"])


def run_bench(arguments: Sequence[str]) -> int:
    """The benchmarks print JSON to stdout."""
    extra = list(arguments[1:] if arguments[:1] == ["--"] else arguments)
    return with_services([str(settings.ROOT / ".venv/bin/python"), "-m", "bench", *extra], durable=True)


def run_with_servers(module: str, arguments: Sequence[str]) -> int:
    """A program of the tests that reads Django's settings, which want servers."""
    extra = list(arguments[1:] if arguments[:1] == ["--"] else arguments)
    return with_services([str(settings.ROOT / ".venv/bin/python"), "-m", module, *extra])


def run_alone(module: str, arguments: Sequence[str]) -> int:
    """A program of the tests that needs no server, or brings its own: `fuzz` and `faults`. Tests may run beside it."""
    extra = list(arguments[1:] if arguments[:1] == ["--"] else arguments)
    running = Running(private_settings(), report.Steps(sys.stderr), "install")
    running.state.prepare()
    running.packages("test")
    argv = [str(running.settings.venv / "bin/python"), "-m", module, *extra]
    return running.run_command(argv, os.environ, running.settings.root)


def install_peers(running: Running) -> None:
    """The Node client that drives the virtual router in tests; without npm those tests skip, loudly."""
    folder = running.settings.root / PEERS
    if not (folder / "package-lock.json").exists() or (folder / "node_modules").exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        running.steps.say("LOUDLY: npm was not found, so the tests with the Node client will be skipped.")
        return
    log = running.state.logs / "npm.log"
    with log.open("wb") as out:
        done = subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            check=False,
        )
    if done.returncode:
        running.steps.say(f"LOUDLY: npm ci failed, so the tests with the Node client will be skipped: {log}")
