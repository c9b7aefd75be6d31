"""Tests of one group run in one process, one after the other: those that need a machine for themselves count on it."""

import os

import pytest

pytestmark = pytest.mark.xdist_group("groups")
_SEEN: list[str] = []


def test_the_group_stands_behind_the_name(request: pytest.FixtureRequest) -> None:
    _SEEN.append(request.node.nodeid)
    if "PYTEST_XDIST_WORKER" in os.environ:
        assert request.node.nodeid.endswith("@groups")


def test_the_second_runs_where_the_first_did() -> None:
    assert len(_SEEN) == 1
