"""What is broken on purpose, by name; docs/faults.md has the promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.ground import Ground

Run = Callable[[Ground, bool], str]


@dataclass(frozen=True)
class Fault:
    """`run` breaks something, looks, and says its figures; an AssertionError is a promise that was not kept.

    Its second argument says whether to take the time that the promise speaks of; a quick one runs with all tests.
    """

    name: str
    says: str
    run: Run
    quick: bool


FAULTS: dict[str, Fault] = {}


def fault(name: str, says: str, *, quick: bool = False) -> Callable[[Run], Run]:
    """Enters a function in the catalogue."""

    def enter(run: Run) -> Run:
        assert name not in FAULTS, name
        FAULTS[name] = Fault(name, says, run, quick)
        return run

    return enter
