"""What one worker leaves another can settle."""

from routers import packed, plan
from routers.reverse import Undo
from routers.rows import Row


def test_there_and_back_and_a_name_for_each_plan() -> None:
    steps: list[plan.Step] = [
        plan.Add(Row("/radius", "a", {"secret": "ü"})),
        plan.Set("*1", Row("/radius", "b", {"realm": "x"}), {"realm": "x"}),
        plan.Remove("*2", "/ip/hotspot", "kmikro-x"),
    ]
    undos = [
        Undo("/radius", "a", None),
        Undo("/radius", "b", {"realm": ""}, frozenset({"realm"}), ("*7",), "*1"),
    ]
    text = packed.pack(steps, undos, folder="kmikro", serial="HE1")
    assert packed.unpack(text) == (steps, undos, "kmikro", "HE1")
    assert packed.fingerprint(steps) == packed.fingerprint(list(steps))
    assert packed.fingerprint(steps) != packed.fingerprint(steps[:2])
