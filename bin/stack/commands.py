"""The words of `bin/kmikro`: parse, call one verb, print."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from stack import record, report, settings
from stack.logs import follow
from stack.product import bring_up
from stack.quality import lint
from stack.running import Running, explain, stop
from stack.state import State
from stack.stylesheet import build
from stack.suite import run_alone, run_bench, run_tests, run_with_servers, take_pictures, with_services
from stack.trouble import Stopped, Trouble


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="bin/kmikro", description="Brings K-Mikro Core up, down, and through its tests."
    )
    words = top.add_subparsers(dest="word", required=True, metavar="COMMAND")
    up = words.add_parser("up", help="install what is missing and run everything in the foreground")
    up.add_argument("--detach", action="store_true", help="return as soon as everything is ready")
    up.add_argument("--no-demo", action="store_true", help="no demo ISP and no virtual router")
    up.add_argument("--only-services", action="store_true", help="PostgreSQL and Valkey only")
    words.add_parser("down", help="stop what `up` started")
    status = words.add_parser("status", help="what runs, where, and how to sign in to the demo")
    status.add_argument("--json", action="store_true", help="for programs")
    words.add_parser("reset", help="stop and forget everything in the state folder (asks, or YES=1)")
    logs = words.add_parser("logs", help="follow the logs")
    logs.add_argument("names", nargs="*", help="only these, for example: web radius")
    logs.add_argument("--no-follow", action="store_true", help="print the last lines and end")
    words.add_parser("install", help="only install the packages").add_argument("--tests", action="store_true")
    words.add_parser("css", help="only build the stylesheet")
    test = words.add_parser("test", help="run the tests on a private PostgreSQL and Valkey")
    test.add_argument("arguments", nargs=argparse.REMAINDER, help="passed to pytest")
    words.add_parser("pictures", help="take the pictures in docs/ anew")
    words.add_parser("bench", help="print benchmarks as JSON").add_argument(
        "arguments", nargs=argparse.REMAINDER
    )
    for word, what in (
        ("fuzz", "mutated packets through the RADIUS server (--count N --seed N)"),
        ("faults", "break things on purpose and see that promises are kept (F3 F5 kills; --list)"),
        ("faults-routers", "break at least 100 changes of virtual routers and see that none locks us out"),
    ):
        words.add_parser(word, help=what).add_argument("arguments", nargs=argparse.REMAINDER)
    services = words.add_parser(
        "services", help="run a command with a private PostgreSQL and Valkey: services -- CMD"
    )
    services.add_argument("arguments", nargs=argparse.REMAINDER)
    words.add_parser("lint", help="style, types, floors, migrations and API schema").add_argument(
        "gates", nargs="*"
    )
    return top


def up(given: argparse.Namespace) -> int:
    chosen = settings.read(os.environ)
    if given.detach:
        return detach(chosen, given)
    steps = report.Steps()
    scope = "services" if given.only_services else "no-demo" if given.no_demo else "all"
    running = Running(chosen, steps, scope)
    ready = False
    try:
        with running.held():
            bring_up(running)
            ready = True
            running.mark("ready")
            demo = running.state.read(record.DEMO) if scope == "all" else {}
            steps.say("\n" + report.overview(running.facts, demo))
            steps(f"Ready ({'first run' if running.facts.get('first') else 'state reused'})", steps.began)
            running.tend_forever()
    except Stopped:
        steps.say("Stopped; nothing is left running.")
        return 0 if ready else 130
    return 0


def detach(chosen: settings.Settings, given: argparse.Namespace) -> int:
    """Starts a supervisor that outlives this command, shows its lines, and returns when it is ready."""
    state = State(chosen.state)
    state.prepare()
    if state.locked():
        raise Trouble(
            f"K-Mikro is already running on {state.home}: stop it with `make down`, "
            "or give this one its own KMIKRO_STATE and ports."
        )
    flags = [f"--{word}" for word in ("no-demo", "only-services") if getattr(given, word.replace("-", "_"))]
    log = state.logs / "supervisor.log"
    with log.open("wb") as out:
        child = subprocess.Popen(
            [sys.executable, str(chosen.root / "bin/kmikro"), "up", *flags],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=chosen.root,
            env={**os.environ, "KMIKRO_STATE": str(chosen.state)},
        )
    with log.open() as lines:
        while True:
            code = child.poll()
            sys.stdout.write(lines.read())
            sys.stdout.flush()
            if code is not None:
                return code or 1
            found = state.read(record.STACK)
            if found.get("state") == "ready" and (found.get("supervisor") or {}).get("pid") == child.pid:
                # The table is printed right after the record says ready: let it arrive whole.
                time.sleep(0.2)
                sys.stdout.write(lines.read())
                return 0
            time.sleep(0.1)


def down(_given: argparse.Namespace) -> int:
    state = State(settings.read(os.environ).state)
    if not stop(state, report.Steps()):
        print(f"Nothing of {state.home} is running.")
    return 0


def status(given: argparse.Namespace) -> int:
    state = State(settings.read(os.environ).state)
    alive = record.supervisor(state) is not None
    found = (
        state.read(record.STACK) if alive else {"state": "stopped", "processes": [], "home": str(state.home)}
    )
    demo = state.read(record.DEMO) if alive and found.get("scope") == "all" else {}
    if given.json:
        print(json.dumps({"running": alive, **found, "demo": demo}, indent=1))
    elif not alive:
        print(f"Nothing of {state.home} is running. Start it with `make up`.")
    else:
        print(report.processes(found) + "\n\n" + report.overview(found, demo))
    return 0 if alive else 3


def reset(_given: argparse.Namespace) -> int:
    state = State(settings.read(os.environ).state)
    if not state.home.exists():
        print(f"There is no {state.home}: nothing to forget.")
        return 0
    if not (state.home / "version").exists():
        raise Trouble(f"{state.home} is not a K-Mikro state folder, so it is left alone.")
    if os.environ.get("YES") != "1":
        if not sys.stdin.isatty():
            raise Trouble(f"This forgets every ISP, voucher and session in {state.home}: say so with YES=1.")
        if (
            input(f"Forget every ISP, voucher and session in {state.home}? Type yes: ").strip().lower()
            != "yes"
        ):
            print("Nothing was changed.")
            return 1
    steps = report.Steps()
    stop(state, steps)
    if state.locked():
        raise Trouble(f"{state.home} is still in use: run `make down` first.")
    elsewhere = state.home / "pg-elsewhere"
    if elsewhere.exists():
        shutil.rmtree(elsewhere.read_text().strip(), ignore_errors=True)
    shutil.rmtree(state.home)
    steps(f"Forgot {state.home}", steps.began)
    return 0


def logs(given: argparse.Namespace) -> int:
    try:
        return follow(State(settings.read(os.environ).state).logs, given.names, not given.no_follow)
    except KeyboardInterrupt:
        return 0


def install(given: argparse.Namespace) -> int:
    chosen = settings.read(os.environ)
    State(chosen.state).prepare()
    Running(chosen, report.Steps(), "install").packages("test" if given.tests else "run")
    return 0


def css(_given: argparse.Namespace) -> int:
    chosen = settings.read(os.environ)
    State(chosen.state).prepare()
    build(Running(chosen, report.Steps(), "css"))
    return 0


VERBS: dict[str, Callable[[argparse.Namespace], int]] = {
    "up": up,
    "down": down,
    "status": status,
    "reset": reset,
    "logs": logs,
    "install": install,
    "css": css,
    "test": lambda given: run_tests(given.arguments),
    "pictures": lambda given: take_pictures(),
    "bench": lambda given: run_bench(given.arguments),
    "fuzz": lambda given: run_alone("tests.radius.fuzz", given.arguments),
    "faults": lambda given: run_alone("tests.faults", given.arguments),
    "faults-routers": lambda given: run_with_servers("tests.faults_routers", given.arguments),
    "services": lambda given: with_services(given.arguments),
    "lint": lambda given: lint(given.gates),
}


def main(arguments: Sequence[str]) -> int:
    """Runs one word; every expected trouble is one sentence on stderr and exit code 1."""
    given = parser().parse_args(arguments)
    try:
        return VERBS[given.word](given)
    except Trouble as trouble:
        print(f"kmikro: {trouble}", file=sys.stderr, flush=True)
    except OSError as error:
        print(f"kmikro: {explain(error)}", file=sys.stderr, flush=True)
    except (Stopped, KeyboardInterrupt):
        return 130
    return 1
