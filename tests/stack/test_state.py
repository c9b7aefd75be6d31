"""The state folder: its version, its secrets, its lock."""

import json
import stat
from pathlib import Path

import pytest
from stack.state import State, write_private
from stack.trouble import Trouble


def test_secrets_are_made_once_for_their_owner_only(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.prepare()
    first = state.secrets()
    assert first == state.secrets() == State(tmp_path / "state").secrets()
    assert len(set(first.values())) == len(first) == 4
    assert len(first["secret_key"]) == 64
    assert stat.S_IMODE((state.home / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(state.home.stat().st_mode) == 0o700


def test_lost_secrets_of_a_database_are_not_made_anew(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.prepare()
    (state.home / "pg").mkdir()
    (state.home / "pg/PG_VERSION").write_text("18\n")
    with pytest.raises(Trouble, match="put the file back from your backup"):
        state.secrets()


def test_an_old_folder_is_refused_with_the_fix(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.prepare()
    (state.home / "version").write_text("0\n")
    with pytest.raises(Trouble) as said:
        state.prepare()
    assert "has version '0' and this release needs '1'" in str(said.value)
    assert "make reset" in str(said.value)
    assert "KMIKRO_STATE" in str(said.value)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(Trouble, match="not a K-Mikro state folder"):
        State(tmp_path).prepare()
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_full_disk_is_one_sentence_and_nothing_is_made(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    with pytest.raises(Trouble, match="free some space or point KMIKRO_STATE at another disk"):
        state.check(free_megabytes=10**12)
    assert not state.home.exists()


def test_a_second_holder_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    first, second = State(tmp_path / "state"), State(tmp_path / "state")
    first.prepare()
    first.lock()
    assert second.locked()
    with pytest.raises(Trouble, match="already running"):
        second.lock()
    first.unlock()
    second.lock()
    second.unlock()
    assert not first.locked()


def test_a_torn_record_reads_as_empty_and_a_written_one_is_private(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.prepare()
    (state.run / "stack.json").write_text('{"state": "rea')
    assert state.read("stack.json") == {}
    write_private(state.run / "stack.json", {"state": "ready"})
    assert json.loads((state.run / "stack.json").read_text()) == {"state": "ready"}
    assert stat.S_IMODE((state.run / "stack.json").stat().st_mode) == 0o600
