"""The faults that are quickly over; `make faults` runs them all, and takes the time that the promises speak of."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.faults.catalogue import Fault
from tests.faults.every import ALL
from tests.faults.ground import Ground

WANTED = [
    *range(1, 18),
    22,
    23,
    24,
    35,
    40,
    41,
    51,
    52,
]  # of the core
PAGE = Path(__file__).resolve().parents[2] / "docs/faults.md"


@pytest.mark.timeout(300)
@pytest.mark.xdist_group("faults")
@pytest.mark.parametrize("fault", [pytest.param(each, id=each.name) for each in ALL if each.quick])
def test_a_promise_is_kept(ground: Ground, fault: Fault) -> None:
    try:
        assert fault.run(ground, False)
    finally:
        ground.restore()


def test_every_fault_of_the_core_can_be_run_and_is_described() -> None:
    names = [each.name for each in ALL]
    assert [name for name in names if name[1:].isdigit()] == [f"F{number}" for number in WANTED]
    rows = set(re.findall(r"^\| (F\d+|[a-z]+) \|", PAGE.read_text(), re.MULTILINE))
    assert set(names) <= rows
