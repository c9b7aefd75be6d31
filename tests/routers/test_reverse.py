"""Whatever was applied, and however much of it: taking it back gives the rows as they were, by steps and by script."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kmikro.lib.refusal import Refusal
from routers import plan, reverse
from routers.rows import Found, Row
from routers.virtual.console import Console
from routers.virtual.device import Caller
from tests.routers.benches import FOLDER, apply, bench, found, plain

ODD = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12
) | st.sampled_from(['a"; /user add name=x group=full; "', "$x", "[:put 1]", "\\", "?", "{}", "%\r\n\t"])
KEYS = st.sampled_from(["a", "b", "c", "d", "e"])


def commented(path: str, **fields: st.SearchStrategy[str]) -> st.SearchStrategy[Row]:
    return st.builds(
        lambda key, values: Row(path, key, {**values, "comment": f"kmikro:{key}"}),
        KEYS,
        st.fixed_dictionaries(fields),
    )


WANTED = st.lists(
    commented("/radius", realm=ODD, timeout=st.sampled_from(["1s", "3s"]), service=st.sampled_from(["ppp", "hotspot"]))
    | commented("/ip/hotspot/walled-garden/ip", **{"dst-host": ODD, "disabled": st.sampled_from(["true", "false"])})
    | st.builds(
        lambda key, limit: Row("/ip/hotspot/profile", f"kmikro-{key}", {"name": f"kmikro-{key}", "dns-name": limit}),
        KEYS, ODD,
    )
    | st.builds(lambda key, text: Row("/file", key, {"name": f"kmikro/{key}", "contents": text}), KEYS, ODD)
    | st.builds(lambda on: Row("/radius/incoming", "", {"accept": on}), st.sampled_from(["true", "false"])),
    max_size=10,
    unique_by=lambda row: (row.path, row.key),
)  # fmt: skip


@settings(max_examples=80)
@given(WANTED, WANTED, st.integers(0, 25), st.booleans(), st.booleans())
def test_a_plan_applied_in_part_or_whole_is_taken_back(
    first: list[Row], second: list[Row], most: int, by_script: bool, twice: bool
) -> None:
    router = bench()
    for step in plan.diff(first, found(router), folder=FOLDER, force=True):
        apply(router, step)
    was = plain(router)
    actual = found(router)
    steps = plan.diff(second, actual, folder=FOLDER, force=True)
    undos = reverse.undos(steps, actual, FOLDER)
    script = reverse.text(undos, FOLDER, "a change")
    for step in steps[:most]:
        apply(router, step)
    for _ in range(1 + twice):
        if by_script:
            rights = frozenset(reverse.rights(undos).split(","))
            Console(router.device, Caller("kmikro", rights, via="scheduler")).execute(script)
        else:
            for step in reverse.steps(undos, found(router), FOLDER):
                apply(router, step)
    assert plain(router) == was
    assert reverse.steps(undos, found(router), FOLDER) == []


def test_the_script_removes_its_own_entries_first() -> None:
    router = bench()
    for name in (reverse.JOB, reverse.BOOT_JOB, "other"):
        router.paste(f"/system scheduler add name={name} interval=1d")
    lines = reverse.text([], FOLDER, "nothing").splitlines()
    router.paste("\n".join(lines[:2]))
    assert [row["name"] for row in router.tree.rows("/system/scheduler")] == ["other"]
    assert lines[2].startswith(":log warning")


def test_rights_are_no_more_than_needed() -> None:
    page = reverse.Undo("/file", "login.html", None)
    rule = reverse.Undo("/radius", "radius", None)
    assert reverse.rights([rule]) == "read,write"
    assert reverse.rights([rule, page]) == "read,write,ftp"


def test_a_second_copy_of_a_row_is_not_brought_back() -> None:
    actual = [Found("/radius", f"*{n}", {"comment": "kmikro:radius"}) for n in (1, 2)]
    steps = plan.diff(
        [Row("/radius", "radius", {"comment": "kmikro:radius"})], actual, folder=FOLDER, force=True
    )
    assert steps == [plan.Remove("*2", "/radius", "radius")]
    assert reverse.undos(steps, actual, FOLDER) == []


def test_a_secret_that_the_router_hides_cannot_be_put_back() -> None:
    actual = [Found("/radius", "*1", {"comment": "kmikro:radius", "secret": "*****"})]
    with pytest.raises(Refusal) as refused:
        reverse.undos([plan.Remove("*1", "/radius", "radius")], actual, FOLDER)
    assert refused.value.code == "secret_hidden"


def test_what_no_script_can_hold_or_is_too_long_is_refused() -> None:
    for value, code in (("a\0", "no_script"), ("x" * reverse.LARGEST_SCRIPT, "too_large")):
        undo = reverse.Undo("/radius", "radius", {"realm": value}, frozenset({"realm"}))
        with pytest.raises(Refusal) as refused:
            reverse.text([undo], FOLDER, "a change")
        assert refused.value.code == code
