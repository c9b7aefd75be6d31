"""A recorded number is a process only while its start time agrees."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from stack import identity, record
from stack.report import Steps
from stack.running import stop
from stack.state import State


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process of somebody else's, who must survive."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process
    process.kill()
    process.communicate()


@pytest.fixture
def state(tmp_path: Path) -> State:
    made = State(tmp_path / "state")
    made.prepare()
    return made


def remember(state: State, pid: int, born: str) -> None:
    row = {"name": "web", "pid": pid, "born": born, "state": "running", "restarts": 0}
    state.write(
        record.STACK, {"state": "ready", "supervisor": {"pid": pid, "born": born}, "processes": [row]}
    )


def test_a_reused_pid_is_never_signalled(state: State, bystander: subprocess.Popen[bytes]) -> None:
    remember(state, bystander.pid, identity.boot() + ":1")
    assert record.supervisor(state) is None
    assert record.leftovers(state) == []
    assert stop(state, Steps()) is False
    assert not identity.signal_exactly(bystander.pid, identity.boot() + ":1", signal.SIGKILL)
    assert bystander.poll() is None


def test_a_pid_of_an_earlier_boot_is_never_signalled(
    state: State, bystander: subprocess.Popen[bytes]
) -> None:
    earlier = identity.birth(bystander.pid).replace(identity.boot(), "another-boot")
    remember(state, bystander.pid, earlier)
    assert stop(state, Steps()) is False
    assert bystander.poll() is None


def test_a_recorded_leftover_is_ended(state: State, bystander: subprocess.Popen[bytes]) -> None:
    """The control of the two above: with the right start time the same process is ended."""
    row = {"name": "web", "pid": bystander.pid, "born": identity.birth(bystander.pid)}
    state.write(record.STACK, {"supervisor": {"pid": 0, "born": ""}, "processes": [row]})
    assert record.end_leftovers(state) == ["web"]
    assert bystander.wait(10) == -signal.SIGTERM


def test_a_dead_process_has_no_birth(bystander: subprocess.Popen[bytes]) -> None:
    born = identity.birth(bystander.pid)
    assert born
    assert identity.alive(bystander.pid, born)
    bystander.kill()
    bystander.wait()
    assert identity.birth(bystander.pid) == ""
    assert not identity.alive(bystander.pid, born)


def test_pid_files_follow_the_record(state: State) -> None:
    (state.run / "gone.pid").write_text("1\n")
    record.write(state, {"state": "starting"}, [])
    assert [path.name for path in state.run.glob("*.pid")] == ["supervisor.pid"]
    record.clear(state)
    assert list(state.run.glob("*.pid")) == []
    assert state.read(record.STACK) == {}
