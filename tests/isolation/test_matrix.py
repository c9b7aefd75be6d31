"""Every route, as everybody, with every method: nothing of the neighbour is shown or changed."""

from collections.abc import Iterable
from zlib import crc32

import pytest

from tests.isolation import walk
from tests.isolation.matrix import TABLES
from tests.isolation.principals import AT_PUBLIC, PEOPLE, TOKENS
from tests.isolation.visits import ORDINARY, Call, Principal
from tests.isolation.visits import walk as walk_as
from tests.isolation.world import World


def told(problems: list[str]) -> str:
    return f"{len(problems)} problems:\n" + "\n".join(problems[:60])


@pytest.mark.parametrize("where", ["tenant", "public"])
def test_every_route_has_a_line_in_the_matrix(where: str) -> None:
    listed = {name.partition("?")[0] for name in TABLES[where]}
    there = {found.name: found for found in walk.routes(where)}
    missing = [
        f'    "{name}": at(...),  # {found.pattern}' for name, found in there.items() if name not in listed
    ]
    assert not missing, (
        "add to tests/isolation/matrix.py, table " + where.upper() + ":\n" + "\n".join(missing)
    )
    assert not listed - set(there), f"the matrix lists routes that are gone: {sorted(listed - set(there))}"


def _ordinary(call: Call) -> bool:
    return call.method in {*ORDINARY, *call.line.statuses}


def _thorough(principals: list[Principal]) -> list[Principal]:
    return [each for each in principals if each.thorough]


def _in_parts(principals: Iterable[Principal]) -> list[object]:
    """Who signs in here opens most routes: their walks are cut, so that processes share them and none takes minutes."""
    return [
        pytest.param(each, part, parts, id=f"{each.name} {part + 1} of {parts}" if parts > 1 else each.name)
        for each in principals
        for parts in (4 if each.role == "owner" else 2 if each.role else 1,)
        for part in range(parts)
    ]


@pytest.mark.parametrize(("principal", "part", "parts"), _in_parts([*PEOPLE, *AT_PUBLIC]))
def test_people(principal: Principal, part: int, parts: int, world: World) -> None:
    problems = walk_as(
        principal, world, only=lambda call: _ordinary(call) and crc32(call.name.encode()) % parts == part
    )
    assert not problems, told(problems)


@pytest.mark.parametrize("principal", _thorough([*PEOPLE, *AT_PUBLIC]), ids=lambda principal: principal.name)
def test_people_with_methods_that_no_line_lists(principal: Principal, world: World) -> None:
    problems = walk_as(principal, world, only=lambda call: not _ordinary(call))
    assert not problems, told(problems)


@pytest.mark.parametrize("principal", TOKENS, ids=lambda principal: principal.name)
def test_tokens(principal: Principal, world: World) -> None:
    # A token opens the API alone: the pages are walked with the one that may do everything.
    everything = principal.name == "token: all"
    problems = walk_as(
        principal,
        world,
        only=lambda call: _ordinary(call) if call.line.is_api else everything and call.method == "GET",
    )
    assert not problems, told(problems)


@pytest.mark.parametrize("principal", _thorough(TOKENS), ids=lambda principal: principal.name)
def test_tokens_with_methods_that_no_line_lists(principal: Principal, world: World) -> None:
    problems = walk_as(principal, world, only=lambda call: call.line.is_api and not _ordinary(call))
    assert not problems, told(problems)
