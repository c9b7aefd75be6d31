"""The supervisor: starts children that cannot outlive it, restarts the dead, stops all in reverse order."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from stack import identity
from stack.trouble import Trouble

PR_SET_PDEATHSIG = 1
BACKOFF_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_SECONDS = 60.0
LOG_BYTES = 20 * 2**20
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Spec:
    """How one process is started and stopped."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: Path
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 15.0
    become: Callable[[], None] | None = None


@dataclass
class Child:
    """One supervised process and its story so far."""

    spec: Spec
    popen: subprocess.Popen[bytes] | None = None
    born: str = ""
    since: float = 0.0
    state: str = "starting"
    restarts: int = 0
    failures: int = 0
    due: float = field(default=0.0)

    def facts(self) -> dict[str, Any]:
        return {
            "name": self.spec.name,
            "pid": self.popen.pid if self.popen else None,
            "born": self.born,
            "state": self.state,
            "restarts": self.restarts,
        }


def die_with_parent(parent: int, number: int) -> None:
    """In the child before exec: ask the kernel for a signal when the supervisor dies, also by kill -9."""
    if sys.platform != "linux":
        return
    _libc.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(98)


def begin(
    argv: Sequence[str],
    stop_signal: signal.Signals = signal.SIGTERM,
    become: Callable[[], None] | None = None,
    **how: Any,
) -> subprocess.Popen[bytes]:
    """Starts a process that is told to end when we die; `how` goes to Popen."""
    parent = os.getpid()

    def prepare() -> None:
        if become:
            become()
        # After `become`: a change of credentials clears the wish.
        die_with_parent(parent, stop_signal)

    # The launcher has one thread, so nothing is half done in the fork; no other hook runs before exec.
    return subprocess.Popen([str(part) for part in argv], preexec_fn=prepare, **how)  # noqa: PLW1509


def spawn(spec: Spec) -> subprocess.Popen[bytes]:
    """Starts a child in a session of its own, so that Ctrl-C reaches only the supervisor."""
    if spec.log.exists() and spec.log.stat().st_size > LOG_BYTES:
        spec.log.replace(spec.log.with_suffix(".log.1"))
    with spec.log.open("ab") as out:
        return begin(
            spec.argv,
            spec.stop_signal,
            spec.become,
            cwd=spec.cwd,
            env=dict(spec.env),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def ended(popen: subprocess.Popen[bytes]) -> bool:
    """Whether the child is dead; what it left of its process group is killed before its pid is given back."""
    if popen.returncode is not None:
        return True
    try:
        if os.waitid(os.P_PID, popen.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return False
    except ChildProcessError:
        pass
    else:
        end_group(popen.pid)
    popen.wait()
    return True


def end_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # Nobody is left in it (macOS says 'not permitted' for a group of zombies).
        pass


class Supervisor:
    """Holds the children in the order of their start; `changed` is told after every change."""

    def __init__(self, changed: Callable[[], None], say: Callable[[str], None]) -> None:
        self.children: list[Child] = []
        self.changed = changed
        self.say = say

    def start(self, spec: Spec) -> Child:
        child = Child(spec)
        self.children.append(child)
        self._launch(child)
        return child

    def _launch(self, child: Child) -> None:
        try:
            child.popen = spawn(child.spec)
        except (OSError, subprocess.SubprocessError) as refused:
            raise Trouble(f"{child.spec.name} cannot be started ({refused}).") from refused
        child.born = identity.birth(child.popen.pid)
        child.since = time.monotonic()
        child.state = "starting"
        self.changed()

    def mark_ready(self, child: Child) -> None:
        child.state = "running"
        self.changed()

    def wait_ready(self, child: Child, probe: Callable[[], bool], seconds: float, tries: int = 1) -> None:
        """Waits for a probe; a child that dies meanwhile is started again `tries - 1` times, then reported."""
        deadline = time.monotonic() + seconds
        while not probe():
            if child.popen and ended(child.popen):
                tries -= 1
                if tries <= 0:
                    code = child.popen.returncode
                    raise Trouble(f"{child.spec.name} ended with code {code}{last_words(child.spec.log)}")
                time.sleep(0.5)
                self._launch(child)
            if time.monotonic() > deadline:
                raise Trouble(
                    f"{child.spec.name} was not ready after {seconds:.0f} seconds{last_words(child.spec.log)}"
                )
            time.sleep(0.1)
        self.mark_ready(child)

    def tend(self) -> None:
        """One round: notices the dead, starts them again when their back-off is over."""
        now = time.monotonic()
        for child in self.children:
            if child.state == "waiting":
                if now >= child.due:
                    child.restarts += 1
                    self._launch(child)
                    self.say(
                        f"{child.spec.name} started again as process {child.popen.pid if child.popen else '?'}."
                    )
            elif child.popen and ended(child.popen):
                child.failures = 0 if now - child.since > STEADY_SECONDS else child.failures + 1
                pause = BACKOFF_SECONDS[min(max(child.failures - 1, 0), len(BACKOFF_SECONDS) - 1)]
                child.due = now + pause
                child.state = "waiting"
                self.say(
                    f"{child.spec.name} died with code {child.popen.returncode}; "
                    f"starting it again in {pause:g} s (log: {child.spec.log})."
                )
                self.changed()
            elif child.state == "starting" and now - child.since > 2:
                self.mark_ready(child)

    def stop(self, child: Child) -> None:
        popen = child.popen
        if popen and not ended(popen):
            popen.send_signal(child.spec.stop_signal)
            deadline = time.monotonic() + child.spec.grace
            while not ended(popen):
                if time.monotonic() > deadline:
                    self.say(f"{child.spec.name} did not stop in {child.spec.grace:g} s and was killed.")
                    end_group(popen.pid)
                    deadline += 5
                time.sleep(0.05)
        child.state = "stopped"
        self.changed()

    def stop_all(self) -> None:
        """Stops in reverse order and forgets."""
        while self.children:
            self.stop(self.children[-1])
            self.children.pop()
        self.changed()


def last_words(log: Path, lines: int = 4) -> str:
    """The end of a log as part of a sentence."""
    try:
        found = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    except OSError:
        return "."
    return (
        f"; its log {log} ends:\n  " + "\n  ".join(found[-lines:]) if found else f"; its log {log} is empty."
    )


def run_step(argv: Sequence[str], env: Mapping[str, str], cwd: Path, log: IO[bytes]) -> int:
    """Runs one command to its end, its words into the log; it ends with us, however we end."""
    step = begin(argv, env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    return wait_or_end(step)


def wait_or_end(step: subprocess.Popen[bytes]) -> int:
    """Waits for a command; when the wait is broken off, the command is ended too."""
    try:
        return step.wait()
    except BaseException:
        end(step)
        raise


def end(step: subprocess.Popen[bytes], patience: float = 15.0) -> None:
    """Ends a command politely, then for certain."""
    step.terminate()
    try:
        step.wait(patience)
    except subprocess.TimeoutExpired:
        step.kill()
        step.wait()
