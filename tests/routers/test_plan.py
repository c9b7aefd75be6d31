"""A plan applied once leaves nothing to do, touches only our rows, and never empties a router by itself."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.refusal import Refusal
from routers import plan, rows
from routers.rows import Found, Row

KEYS = st.sampled_from(["a", "b", "c", "d"])
COMMENTED = st.builds(
    lambda key, port, path: Row(path, key, {"comment": f"kmikro:{key}", "port": port, "timeout": "90"}),
    KEYS, st.sampled_from(["1", "2"]), st.sampled_from(["/radius", "/ip/hotspot/walled-garden/ip"]),
)  # fmt: skip
NAMED = st.builds(
    lambda key, value: Row("/ip/hotspot", f"kmikro-{key}", {"name": f"kmikro-{key}", "disabled": value}),
    KEYS, st.sampled_from(["yes", "no"]),
)  # fmt: skip
FILES = st.builds(
    lambda key, text: Row("/file", key, {"name": f"kmikro/{key}", "contents": text}),
    KEYS,
    st.text(max_size=5),
)
WANTED = st.lists(COMMENTED | NAMED | FILES, max_size=8, unique_by=lambda row: (row.path, row.key))
THEIRS = [
    Found("/radius", "*A1", {"comment": "theirs", "port": "9"}),
    Found("/ip/hotspot", "*A2", {"name": "hotspot1"}),
    Found("/file", "*A3", {"name": "hotspot/login.html", "contents": "x"}),
]


class Table:
    """A router reduced to rows with ids, which spells values its own way."""

    def __init__(self, found: list[Found]) -> None:
        self.found = list(found)
        self.ids = itertools.count(1)

    def apply(self, step: plan.Step) -> None:
        match step:
            case plan.Add(row=row):
                self.found.append(
                    Found(row.path, f"*{next(self.ids):X}", self.spelt(row.path, dict(row.values)))
                )
            case plan.Set(id=number, row=row, changed=changed):
                at = next(i for i, f in enumerate(self.found) if f.id == number and f.path == row.path)
                self.found[at] = Found(
                    row.path, number, self.spelt(row.path, {**self.found[at].values, **changed})
                )
            case plan.Remove(id=number, path=path):
                self.found.remove(next(f for f in self.found if f.id == number and f.path == path))

    @staticmethod
    def spelt(path: str, values: dict[str, str]) -> dict[str, str]:
        if values.get("disabled") in {"yes", "no"}:
            values["disabled"] = {"yes": "true", "no": "false"}[values["disabled"]]
        if path == "/radius" and values.get("timeout") == "90":
            values["timeout"] = "1m30s"
        return {name: value for name, value in values.items() if value != ""}


def made(wanted: list[Row]) -> Table:
    table = Table(THEIRS)
    for step in plan.diff(wanted, table.found, folder="kmikro"):
        table.apply(step)
    return table


@given(WANTED, WANTED)
def test_applying_a_plan_is_a_fixed_point_and_leaves_theirs_alone(
    before: list[Row], after: list[Row]
) -> None:
    table = made(before)
    for step in plan.diff(after, table.found, folder="kmikro", force=True):
        table.apply(step)
    assert plan.diff(after, table.found, folder="kmikro") == []
    assert [row for row in table.found if row in THEIRS] == THEIRS
    ours = rows.owned(table.found, "kmikro")
    assert {(found.path, key) for key, found in ours} == {(row.path, row.key) for row in after}


def radius(key: str, port: str = "1") -> Row:
    return Row("/radius", key, {"comment": f"kmikro:{key}", "port": port})


def test_only_what_changed_is_written() -> None:
    table = made([radius("a"), radius("b")])
    steps = plan.diff([radius("a", "7"), radius("b")], table.found, folder="kmikro")
    assert [step.changed for step in steps if isinstance(step, plan.Set)] == [{"port": "7"}]
    assert len(steps) == 1


def test_a_doubled_row_loses_its_double() -> None:
    table = made([radius("a"), radius("b")])
    table.found.append(Found("/radius", "*FF", {"comment": "kmikro:a", "port": "1"}))
    assert plan.diff([radius("a"), radius("b")], table.found, folder="kmikro") == [
        plan.Remove("*FF", "/radius", "a")
    ]


def test_more_than_half_is_not_removed_without_a_yes() -> None:
    table = made([radius(key) for key in "abcd"])
    with pytest.raises(Refusal, match="3 of our 4 rows"):
        plan.diff([radius("a")], table.found, folder="kmikro")
    assert len(plan.diff([radius("a")], table.found, folder="kmikro", force=True)) == 3
    assert len(plan.diff([radius("a"), radius("b")], table.found, folder="kmikro")) == 2


def test_what_is_referred_to_comes_first_and_goes_last() -> None:
    server = Row("/ip/hotspot", "kmikro-hotspot", {"name": "kmikro-hotspot", "profile": "kmikro"})
    profile = Row("/ip/hotspot/profile", "kmikro", {"name": "kmikro"})
    table = made([server, profile])
    assert [row.path for row in table.found[3:]] == ["/ip/hotspot/profile", "/ip/hotspot"]
    gone = plan.diff([], table.found, folder="kmikro", force=True)
    assert [plan.path_of(step) for step in gone] == ["/ip/hotspot", "/ip/hotspot/profile"]


def test_sentences_hold_no_secret() -> None:
    secret = Row("/radius", "radius", {"comment": "kmikro:radius", "address": "9.9.9.9", "secret": "hush"})
    steps: list[plan.Step] = [plan.Add(secret), plan.Set("*1", secret, {"secret": "hush", "timeout": "3s"})]
    words = [plan.sentence(step) for step in steps]
    assert words == ["Adds our RADIUS server (9.9.9.9)", "Changes our RADIUS server: secret, timeout 3s"]


def test_sentences_tell_speeds_as_people_write_them() -> None:
    row = Row("/queue/simple", "offer.cafe", {"name": "cafe", "max-limit": "0/50000000"})
    told = plan.sentence(plan.Set("*1", row, {"max-limit": "0/50000000"}))
    assert told == "Changes the queue cafe: max-limit no limit/50 Mbps"
