"""Where rows stand in menus whose order means something: ours in our order, each before what would make it void."""

from collections.abc import Mapping, Sequence

from routers import rows
from routers.rows import Found, Row

Place = tuple[str, str]


def misplaced(
    wanted: Sequence[Row], actual: Sequence[Found], have: Mapping[Place, Found]
) -> dict[Place, str]:
    """For rows that are missing or stand too late: the id of the row to stand before; empty means the end."""
    chains: dict[tuple[str, str], list[Row]] = {}
    for row in wanted:
        if rows.BY_PATH[row.path].ordered and row.before:
            chains.setdefault((row.path, row.values.get("chain", "")), []).append(row)
    moves: dict[Place, str] = {}
    for (path, chain), ours in chains.items():
        table = [found for found in actual if found.path == path]
        at = {found.id: number for number, found in enumerate(table)}
        bound, before = len(table), ""
        for row in reversed(ours):
            first = _first(table, chain, row.before)
            if first is not None and at[first.id] < bound:
                bound, before = at[first.id], first.id
            there = have.get((row.path, row.key))
            if there is not None and at[there.id] < bound:
                bound, before = at[there.id], there.id
            else:
                moves[row.path, row.key] = before
    return moves


def _first(table: Sequence[Found], chain: str, actions: frozenset[str]) -> Found | None:
    """The first rule of others in the chain with such an action; dynamic ones cannot be stood before."""
    for found in table:
        values = found.values
        if (
            values.get("chain") == chain
            and values.get("action", "accept") in actions
            and values.get("dynamic") != "true"
            and values.get("disabled") != "true"
            and rows.key_of(found, "") is None  # ours may be on their way out
        ):
            return found
    return None
