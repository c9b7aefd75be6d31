"""Children are restarted when they die, stopped in reverse order, and leave no grandchildren."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stack import identity
from stack.processes import BACKOFF_SECONDS, Spec, Supervisor
from stack.trouble import Trouble

# A master with a worker of its own: prints the worker's pid, waits for a signal.
MASTER = "import os, signal; pid = os.fork()\nif pid: print(pid, flush=True)\nsignal.pause()"
PATIENCE = 15.0


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str]) -> Iterator[Supervisor]:
    made = Supervisor(lambda: None, said.append)
    yield made
    made.stop_all()


def spec(tmp_path: Path, name: str, code: str, grace: float = 5.0) -> Spec:
    return Spec(
        name, [sys.executable, "-c", code], dict(os.environ), tmp_path, tmp_path / f"{name}.log", grace=grace
    )


def worker_of(log: Path) -> int:
    until(lambda: log.exists() and log.read_text().endswith("\n"))
    return int(log.read_text().split()[-1])


def test_stopping_leaves_no_grandchild(supervisor: Supervisor, tmp_path: Path) -> None:
    child = supervisor.start(spec(tmp_path, "web", MASTER))
    assert child.popen is not None
    worker = worker_of(tmp_path / "web.log")
    assert identity.birth(worker)
    supervisor.stop_all()
    until(lambda: not identity.birth(worker))
    assert not identity.birth(child.popen.pid)
    assert supervisor.children == []


def test_a_killed_master_takes_its_workers_along_and_is_started_again(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    child = supervisor.start(spec(tmp_path, "web", MASTER))
    assert child.popen is not None
    first, worker = child.popen.pid, worker_of(tmp_path / "web.log")
    os.kill(first, signal.SIGKILL)
    until(lambda: supervisor.tend() or child.restarts == 1)
    assert not identity.birth(worker)
    assert child.popen.pid != first
    assert any("web died with code -9" in line for line in said)
    assert any("started again" in line for line in said)


def test_restarts_are_spaced_out(supervisor: Supervisor, tmp_path: Path) -> None:
    child = supervisor.start(spec(tmp_path, "worker", "raise SystemExit(3)"))
    pauses = []
    for _ in range(2):
        until(lambda: supervisor.tend() or child.state == "waiting")
        pauses.append(child.due - time.monotonic())
        child.due = 0.0
        until(lambda: supervisor.tend() or child.state != "waiting")
    assert pauses[0] <= BACKOFF_SECONDS[0] < pauses[1] <= BACKOFF_SECONDS[1]


def test_a_deaf_child_is_killed_after_its_grace(
    supervisor: Supervisor, said: list[str], tmp_path: Path
) -> None:
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
    child = supervisor.start(spec(tmp_path, "worker", code, grace=0.2))
    until(lambda: "deaf" in (tmp_path / "worker.log").read_text())
    supervisor.stop_all()
    assert child.popen is not None
    assert child.popen.returncode == -signal.SIGKILL
    assert any("did not stop" in line for line in said)


def test_a_child_that_cannot_start_shows_its_last_words(supervisor: Supervisor, tmp_path: Path) -> None:
    child = supervisor.start(spec(tmp_path, "radius", "raise SystemExit('no dictionary found')"))
    with pytest.raises(Trouble, match=r"radius ended with code 1; its log(.|\n)*no dictionary found"):
        supervisor.wait_ready(child, lambda: False, seconds=PATIENCE)


def test_a_missing_program_is_one_sentence(supervisor: Supervisor, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="beat cannot be started"):
        supervisor.start(Spec("beat", ["/nonexistent/celery"], {}, tmp_path, tmp_path / "beat.log"))


def test_the_order_of_stopping_is_the_reverse_of_starting(supervisor: Supervisor, tmp_path: Path) -> None:
    order: list[str] = []
    for name in ("postgres", "valkey", "web"):
        supervisor.start(spec(tmp_path, name, "import signal; signal.pause()"))
    supervisor.changed = lambda: order.extend(
        c.spec.name for c in supervisor.children if c.state == "stopped"
    )
    supervisor.stop_all()
    assert list(dict.fromkeys(order)) == ["web", "valkey", "postgres"]
