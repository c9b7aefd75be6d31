"""Open names of templates: found, checked, filled in."""

from typing import Any

import pytest

from kmikro.lib.refusal import Refusal
from routers import variables

TEMPLATE: list[dict[str, Any]] = [
    {"kind": "vlan", "key": "guests", "values": {"interface": "{lan}", "vlan_id": "{guest_vlan}", "name": "guests"}},
    {"kind": "hotspot", "key": "cafe", "values": {"interface": "guests", "network": "10.{number}.0.0/24"}},
    {"kind": "ntp", "key": "clock", "values": {"servers": "pool.ntp.org"}},
]  # fmt: skip
VALUES = {"lan": "bridge-lan", "guest_vlan": "20", "number": "30"}


def test_a_draft_keeps_open_names_and_checks_the_rest() -> None:
    kept = variables.draft(TEMPLATE)
    assert variables.draft(kept) == kept
    assert variables.names_in(kept) == ["lan", "guest_vlan", "number"]


def test_filled_in_it_is_offers() -> None:
    built = variables.filled(variables.draft(TEMPLATE), VALUES)
    assert [(each.kind, each.key) for each in built] == [
        ("vlan", "guests"),
        ("hotspot", "cafe"),
        ("ntp", "clock"),
    ]
    assert built[1].values["network"] == "10.30.0.0/24"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"lan": "bridge-lan", "guest_vlan": "20"}, "{number}"),
        ({**VALUES, "guest_vlan": "9999"}, "guests: VLAN number"),
        ({**VALUES, "lan": '"; /system reset'}, "guests: On interface"),
    ],
)
def test_what_is_missing_or_does_not_fit_is_named(values: dict[str, str], words: str) -> None:
    with pytest.raises(Refusal) as refused:
        variables.filled(variables.draft(TEMPLATE), values)
    assert words in refused.value.text


@pytest.mark.parametrize(
    "broken",
    [
        [{"kind": "vlan", "key": "a", "values": {"interface": "{lan}", "vlan_id": "9999", "name": "x"}}],
        [
            {
                "kind": "vlan",
                "key": "a",
                "values": {"interface": "{lan}", "vlan_id": "9", "name": "x", "colour": "{c}"},
            }
        ],
        [{"kind": "vlan", "key": "a", "values": {"interface": "{lan}", "name": "x"}}],
        [{"kind": "{kind}", "key": "a", "values": {}}],
        [TEMPLATE[2], TEMPLATE[2]],
        [{}],
    ],
)
def test_a_draft_that_could_never_fit_is_refused(broken: list[dict[str, Any]]) -> None:
    with pytest.raises(Refusal):
        variables.draft(broken)


def test_lines_are_read_and_values_checked() -> None:
    assert variables.checked(variables.lines("lan = bridge-lan\n\n number=30 \nempty=")) == {
        "lan": "bridge-lan",
        "number": "30",
    }
    for wrong in ({"Lan": "x"}, {"a": "{b}"}, {"a": "x\x07"}, {"a": "x" * 3000}):
        with pytest.raises(Refusal):
            variables.checked(wrong)
    with pytest.raises(Refusal, match="name = value"):
        variables.lines("no equals sign")
