"""One ground for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.ground import Ground, Trouble


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    try:
        made = Ground(tmp_path_factory.mktemp("faults"))
    except Trouble as trouble:
        pytest.skip(f"NOT RUN: no PostgreSQL that may be killed ({trouble})")
    try:
        yield made
    finally:
        made.close()
