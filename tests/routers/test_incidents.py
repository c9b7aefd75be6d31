"""Thresholds open and close with a gap between, so that a value that swings around one is told once."""

from hypothesis import given
from hypothesis import strategies as st

from routers import incidents
from routers.incidents import Kind
from routers.readings import RadiusCounters, Reading


def said(reading: Reading, **counts: int) -> dict[Kind, str | None]:
    counts = {"timeouts": 0, "bad_replies": 0, "requests": 0, **counts}
    return {each.kind: each.text for each in incidents.judged(reading, **counts)}


def test_thresholds() -> None:
    assert said(Reading(temperature=760))[Kind.HOT] == "76.0 °C"
    assert said(Reading(temperature=700))[Kind.HOT] is None
    assert said(Reading(temperature=600))[Kind.HOT] == ""
    assert said(Reading(voltage=95))[Kind.VOLTAGE] == "9.5 V"
    assert said(Reading(voltage=0))[Kind.VOLTAGE] is None
    assert said(Reading(cpu=99))[Kind.CPU] == "99 % busy"
    assert said(Reading(free_memory=1, total_memory=100))[Kind.MEMORY] == "99 % used"


def test_radius() -> None:
    told = Reading(radius=RadiusCounters())
    assert "secret is not ours" in (said(told, bad_replies=2)[Kind.RADIUS] or "")
    assert "30 of 100" in (said(told, timeouts=30, requests=100)[Kind.RADIUS] or "")
    assert said(told, timeouts=30, requests=1000)[Kind.RADIUS] == ""
    assert Kind.RADIUS not in said(Reading())


@given(st.lists(st.integers(0, 100), max_size=60))
def test_a_swing_inside_the_gap_changes_nothing(values: list[int]) -> None:
    is_open, changes = False, 0
    for value in values:
        text = said(Reading(cpu=value))[Kind.CPU]
        if text and not is_open or text == "" and is_open:
            is_open, changes = not is_open, changes + 1
            assert value >= incidents.CPU_HIGH if is_open else value <= incidents.CPU_CALM
    inside = all(incidents.CPU_CALM < value < incidents.CPU_HIGH for value in values)
    assert not (inside and changes)
