"""One run of the supervisor: from 'nothing is taken' over 'ready' to 'nothing is left'."""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from stack import bootstrap, identity, record
from stack import servers as both
from stack.processes import Supervisor, begin, end, end_group
from stack.report import Steps
from stack.settings import Settings
from stack.state import State
from stack.trouble import Stopped, Trouble


def on_signal(_number: int, _frame: FrameType | None) -> None:
    # Once is enough: what follows is the orderly stop, which a second Ctrl-C must not break.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


class Running:
    """The state folder, the supervisor and the record of this run, held together."""

    def __init__(self, settings: Settings, steps: Steps, scope: str) -> None:
        self.settings = settings
        self.steps = steps
        self.state = State(settings.state)
        self.supervisor = Supervisor(self.write, steps.say)
        self.facts: dict[str, Any] = {
            "scope": scope,
            "state": "starting",
            "home": str(settings.state),
            "logs": str(self.state.logs),
            "clone": str(settings.root),
            "ports": {},
            "addresses": {},
        }

    def write(self) -> None:
        record.write(self.state, self.facts, self.supervisor.children)

    def mark(self, state: str) -> None:
        self.facts["state"] = state
        self.write()

    @contextmanager
    def held(self) -> Generator[None, None, None]:
        """Takes the folder; whatever happens inside, everything started is stopped and the folder given back."""
        self.state.prepare()
        self.state.lock()
        try:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, on_signal)
            began = time.monotonic()
            ended = record.end_leftovers(self.state)
            if ended:
                self.steps(f"Ended what a killed run had left: {', '.join(ended)}", began)
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_IGN)
            if self.supervisor.children:
                self.mark("stopping")
            self.supervisor.stop_all()
            record.clear(self.state)
            self.state.unlock()

    def packages(self, kind: str) -> None:
        """The virtual environment and what is in it."""
        began = time.monotonic()
        if bootstrap.fresh(self.settings.root, kind):
            self.steps("Packages are as the lock says", began)
        else:
            self.steps.say("          installing packages (a first time takes about a minute) …")
            how = bootstrap.install(self.settings.root, kind, self.state.logs / "install.log")
            self.steps(f"Packages installed ({how})", began)

    def servers(self, test: bool = False) -> both.Addresses:
        found = both.start(self.settings, self.state, self.supervisor, self.steps, test)
        self.facts["ports"] |= found.private
        self.facts["addresses"] |= {"database_url": found.database_url, "redis_url": found.redis_url}
        self.write()
        return found

    def environment(self, found: both.Addresses) -> dict[str, str]:
        """What every process of the product is given."""
        settings = self.settings
        env = dict(os.environ)
        env |= {name: str(port) for name, port in settings.ports.items()}
        env |= {
            "DATABASE_URL": found.database_url,
            "REDIS_URL": found.redis_url,
            "KMIKRO_STATE": str(settings.state),
            "KMIKRO_BASE_DOMAIN": settings.base_domain,
            "KMIKRO_VROUTER_ADDRESS": settings.vrouter_address,
            "PYTHONUNBUFFERED": "1",
            "VIRTUAL_ENV": str(settings.venv),
            "PATH": f"{settings.venv / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        if found.radius_login:
            env["KMIKRO_RADIUS_DB_USER"], env["KMIKRO_RADIUS_DB_PASSWORD"] = found.radius_login
        env.setdefault("KMIKRO_SECRET_KEY", self.state.secrets()["secret_key"])
        env.setdefault("KMIKRO_DEBUG", "1")
        return env

    def tend_forever(self) -> None:
        while True:
            self.supervisor.tend()
            time.sleep(0.25)

    def run_command(self, argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> int:
        """Runs a command of the caller's while the servers are tended; its whole group ends with us."""
        # A command at a terminal stays in our group, so that Ctrl-C reaches it; elsewhere it gets its own.
        group = None if sys.stdin.isatty() else 0
        try:
            command = begin(argv, env=dict(env), cwd=cwd, process_group=group)
        except OSError as refused:
            raise Trouble(f"{argv[0]} cannot be run: {refused.strerror}.") from refused
        try:
            while command.poll() is None:
                self.supervisor.tend()
                time.sleep(0.1)
        except BaseException:
            end(command)
            raise
        finally:
            if group == 0:
                end_group(command.pid)
        return command.returncode if command.returncode >= 0 else 128 - command.returncode


def stop(state: State, steps: Steps, seconds: float = 90.0) -> bool:
    """Asks the recorded supervisor to stop and waits; False when nothing ran."""
    began = time.monotonic()
    found = record.supervisor(state)
    if found is None:
        ended = record.end_leftovers(state) if not state.locked() else []
        if ended:
            record.clear(state)
            steps(f"Ended what a killed run had left: {', '.join(ended)}", began)
        return bool(ended)
    identity.signal_exactly(*found, signal.SIGTERM)
    while identity.alive(*found):
        if time.monotonic() - began > seconds:
            identity.signal_exactly(*found, signal.SIGKILL)
            record.end_leftovers(state)
            raise Trouble(
                f"The supervisor (process {found[0]}) did not stop in {seconds:.0f} s and was killed."
            )
        time.sleep(0.1)
    steps("Everything stopped", began)
    return True


def explain(error: OSError) -> str:
    """A sentence for what the operating system refused."""
    where = f" at {error.filename}" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{where}: free some space or point KMIKRO_STATE at another disk."
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"This user may not write{where}: correct its owner or point KMIKRO_STATE at a folder of your own."
    return f"The system refused{where}: {error.strerror or error}."
