"""Rules of ours stand in our order, before what would make them void, whatever stands around them."""

from hypothesis import given
from hypothesis import strategies as st

from routers import places, plan
from routers.rows import Found, Row
from tests.routers.worlds import World

PATH = "/ip/firewall/filter"
SHADOW = frozenset({"drop", "fasttrack-connection"})
ACTIONS = st.sampled_from(["accept", "drop", "fasttrack-connection", "log"])
CHAINS = st.sampled_from(["forward", "input"])
OTHERS = st.lists(st.tuples(ACTIONS, CHAINS, st.booleans()), max_size=6)
KEYS = st.lists(st.sampled_from("abcd"), unique=True, max_size=4)


def ours(key: str) -> Row:
    mark = f"kmikro:offer.{key}"
    return Row(PATH, f"offer.{key}", {"chain": "forward", "action": "accept", "comment": mark}, SHADOW)


def theirs(rules: list[tuple[str, str, bool]]) -> list[Found]:
    return [
        Found(
            PATH, f"*{n + 1:X}", {"chain": chain, "action": action, **({"disabled": "true"} if off else {})}
        )
        for n, (action, chain, off) in enumerate(rules)
    ]


@given(OTHERS, KEYS, KEYS, st.randoms())
def test_any_table_becomes_right_at_once_and_stays(
    rules: list[tuple[str, str, bool]], before: list[str], after: list[str], chance: "object"
) -> None:
    world = World(theirs(rules))
    world.apply(plan.diff([ours(key) for key in before], world.found, folder="kmikro", force=True))
    chance.shuffle(world.found)  # type: ignore[attr-defined]
    others = world.others()
    wanted = [ours(key) for key in after]
    world.apply(plan.diff(wanted, world.found, folder="kmikro", force=True))
    assert plan.diff(wanted, world.found, folder="kmikro", force=True) == []
    assert world.others() == others
    marks = [f.values.get("comment", "") for f in world.found]
    at = [marks.index(f"kmikro:offer.{key}") for key in after]
    assert at == sorted(at)
    shadows = [
        n
        for n, f in enumerate(world.found)
        if f.values["chain"] == "forward"
        and f.values["action"] in SHADOW
        and f.values.get("disabled") != "true"
    ]
    assert not shadows or not at or max(at) < min(shadows)


def test_a_rule_of_a_connected_hotspot_is_nothing_to_stand_before() -> None:
    dynamic = Found(PATH, "*1", {"chain": "forward", "action": "drop", "dynamic": "true"})
    drop = Found(PATH, "*2", {"chain": "forward", "action": "drop"})
    assert places.misplaced([ours("a")], [dynamic, drop], {}) == {(PATH, "offer.a"): "*2"}
