"""Numbers with units as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.numbers import RATES, SIZES, SPANS, NumberForm, number, split, unit


class Sample(NumberForm):
    span = number("Span")
    span_unit = unit("Unit", [(name, name) for name in SPANS])
    count = number("Count", decimal=False)


def read(**typed: str) -> Sample:
    form = Sample({"span_unit": "hours", **typed})
    form.is_valid()
    return form


@pytest.mark.parametrize(
    ("typed", "seconds"), [("", None), ("1,5", 5400), ("1.5", 5400), (" 2 ", 7200), ("0", 0), ("1 0", 36_000)]
)
def test_numbers_are_read(typed: str, seconds: int | None) -> None:
    form = read(span=typed)
    assert form.scaled("span", SPANS) == seconds
    assert not form.errors


@pytest.mark.parametrize("typed", ["x", "-1", "1,000.5", "٣", "1e3"])
def test_what_is_no_number_is_said(typed: str) -> None:
    form = read(span=typed, count=typed)
    assert form.scaled("span", SPANS) is None
    assert form.whole("count") == 0
    assert set(form.errors) == {"span", "count"}


@given(st.integers(1, 10**10), st.sampled_from([SPANS, RATES, SIZES]))
def test_what_is_split_is_read_again(value: int, units: dict[str, int]) -> None:
    typed, name = split(value, units, next(iter(units)))
    assert float(typed) * units[name] == pytest.approx(value)
