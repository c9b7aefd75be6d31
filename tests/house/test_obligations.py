"""Every obligation of the RADIUS core, and every hostile input of routers, is shown by a test that exists."""

import ast
import tomllib
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
INDEX = tomllib.loads((TESTS / "radius/obligations.toml").read_text())
OF_ROUTERS = tomllib.loads((TESTS / "routers/inputs.toml").read_text())


def found_in(path: Path) -> set[str]:
    """The tests that pytest would find in a module."""
    if not path.is_file():
        return set()
    return {
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def gone(index: dict[str, dict[str, list[str]]]) -> list[str]:
    """Entries that name a test that is not there."""
    return [
        f"{name}: {each}"
        for name, entry in index.items()
        for each in entry["tests"]
        if each.partition("::")[2] not in found_in(TESTS / each.partition("::")[0])
    ]


def test_all_obligations_and_hostile_inputs_are_listed() -> None:
    wanted = [f"R{number}" for number in range(1, 39)] + [f"I{number}" for number in range(1, 26)]
    assert list(INDEX) == wanted
    assert [name for name, entry in INDEX.items() if not entry["tests"] or not entry["says"]] == []


def test_all_hostile_inputs_of_routers_are_listed() -> None:
    assert list(OF_ROUTERS) == [f"I{number}" for number in range(26, 43)]
    assert [name for name, entry in OF_ROUTERS.items() if not entry["tests"] or not entry["says"]] == []


def test_every_test_that_is_named_is_there() -> None:
    assert gone(INDEX) == []
    assert gone(OF_ROUTERS) == []


def test_a_test_that_went_away_would_be_missed() -> None:
    lost = {"R1": {"tests": ["radius/test_packet.py::test_that_never_was", "radius/no_such.py::test_x"]}}
    assert len(gone(lost)) == 2
