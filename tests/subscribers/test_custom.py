"""Own fields: defined once, asked for until archived, and values of their kind only."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.journal import SYSTEM
from kmikro.lib.refusal import Refusal
from subscribers import custom

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("inside_isp")]
DO: dict[str, Any] = {"by": SYSTEM, "now": datetime(2026, 11, 22, 12, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("kind", "options", "good", "bad"),
    [
        ("text", [], ["a", " b "], [1, True, "x" * 501]),
        ("number", [], [1, -2.5], ["1", True, 10**16]),
        ("date", [], ["2026-02-28"], ["2026-02-30", "yesterday", 5]),
        ("choice", ["Own", "Rented"], ["Own"], ["own", 1]),
        ("yes_no", [], [True, False], ["yes", 1]),
    ],
)
def test_values(kind: str, options: list[str], good: list[Any], bad: list[Any]) -> None:
    field = custom.define("Thing", kind, options=options, **DO)
    key = str(field.pk)
    for value in good:
        kept = custom.checked({key: value}, {})
        assert kept[key] == (value.strip() if isinstance(value, str) else value)
        assert len(custom.shown(kept)) == 1
    for value in bad:
        with pytest.raises(Refusal) as refused:
            custom.checked({key: value}, {})
        assert refused.value.field == f"custom-{key}"
    assert custom.checked({key: ""}, {key: good[0]}) == {}


def test_required_and_archived() -> None:
    needed = custom.define("ID", "text", is_required=True, **DO)
    other = custom.define("House", "text", **DO)
    with pytest.raises(Refusal) as refused:
        custom.checked({str(other.pk): "x"}, {})
    assert refused.value.code == "required"
    custom.archive(needed, **DO)
    assert custom.checked({str(other.pk): "x"}, {}) == {str(other.pk): "x"}
    with pytest.raises(Refusal):
        custom.checked({str(needed.pk): "x"}, {})
    assert custom.define("id", "text", **DO).name == "id", "the name is free again"


@pytest.mark.parametrize(
    ("name", "kind", "options", "field"),
    [("", "text", [], "name"), ("x" * 61, "text", [], "name"), ("A", "colour", [], "kind"), ("A", "choice", [], "options"),
     ("A", "text", ["a"], "options"), ("A", "choice", ["x" * 81], "options"), ("Taken", "text", [], "name")],
)  # fmt: skip
def test_what_is_no_field(name: str, kind: str, options: list[str], field: str) -> None:
    custom.define("taken", "text", **DO)
    with pytest.raises(Refusal) as refused:
        custom.define(name, kind, options=options, **DO)
    assert refused.value.field == field
