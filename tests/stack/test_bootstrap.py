"""The environment is filled once per lock and never made smaller."""

import json
from pathlib import Path

import pytest
from stack import bootstrap
from stack.trouble import Trouble


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    (tmp_path / "requirements").mkdir()
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").touch()
    for kind in bootstrap.LOCKS.values():
        (tmp_path / kind).write_text(kind)
    return tmp_path


def stamp(clone: Path, kind: str) -> None:
    text = json.dumps({"lock": kind, "digest": bootstrap.digest(clone, kind)})
    (clone / ".venv" / bootstrap.STAMP).write_text(text)


def test_nothing_is_fresh_without_a_stamp(clone: Path) -> None:
    assert not bootstrap.fresh(clone, "run")
    stamp(clone, "run")
    assert bootstrap.fresh(clone, "run")
    assert not bootstrap.fresh(clone, "test")


def test_a_changed_lock_is_not_fresh(clone: Path) -> None:
    stamp(clone, "run")
    (clone / "requirements/run.lock").write_text("other")
    assert not bootstrap.fresh(clone, "run")


def test_a_test_environment_serves_a_run_and_is_never_made_smaller(clone: Path) -> None:
    stamp(clone, "test")
    assert bootstrap.fresh(clone, "run")
    (clone / "requirements/test.lock").write_text("other")
    assert not bootstrap.fresh(clone, "run")
    assert bootstrap.wanted(clone, bootstrap.read_stamp(clone / ".venv"), "run") == "test"


def test_a_missing_lock_is_one_sentence(clone: Path) -> None:
    (clone / "requirements/run.lock").unlink()
    with pytest.raises(Trouble, match="this clone is not complete"):
        bootstrap.digest(clone, "run")
