"""Faceplates, charts and formats: pure drawing and wording."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import segno
from hypothesis import example, given
from hypothesis import strategies as st

from kmikro.ui import charts, faceplates, formats

NOW = datetime(2025, 11, 22, 16, 42, tzinfo=UTC)
N = formats.NBSP


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1 kB"),
        (999_600, "1 MB"),
        (1_234_567_890, "1.2 GB"),
        (99_900_000, "100 MB"),
    ],
)
def test_data_is_told_in_decimal_units(octets: int, text: str) -> None:
    assert formats.data_size(octets) == text.replace(" ", N)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (38, "38 s"),
        (640, "10 min"),
        (3_600, "1 h"),
        (7_500, "2 h 5 min"),
        (273_600, "3 d 4 h"),
        (-5, "0 s"),
    ],
)
def test_spans_have_at_most_two_units(seconds: int, text: str) -> None:
    assert formats.span(seconds).replace(N, " ") == text


@pytest.mark.parametrize(
    ("ago", "text"), [(38, "38 s ago"), (0, "now"), (-3 * 86_400, "in 3 days"), (90_000, "1 day ago")]
)
def test_ages_look_back_and_ahead(ago: int, text: str) -> None:
    assert formats.age(NOW - timedelta(seconds=ago), NOW).replace(N, " ") == text


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (150_000, "KES", "KSh 1,500"),
        (150_050, "KES", "KSh 1,500.50"),
        (5_000, "UGX", "USh 5,000"),
        (150_050, "USD", "$1,500.50"),
        (-500, "JPY", f"{formats.MINUS}¥500"),
        (1_234_567_800, "KES", "KSh 12,345,678"),
    ],
)
def test_money_shows_cents_only_when_there_are_some(minor: int, currency: str, text: str) -> None:
    assert formats.amount(minor, currency).replace(N, " ") == text


def test_units_do_not_part_from_their_number() -> None:
    assert (
        formats.bind_units("79 % of 5 GB for KSh 1,500 and 3 gates")
        == f"79{N}% of 5{N}GB for KSh{N}1,500 and 3 gates"
    )


@given(st.floats(min_value=0, max_value=1e18))
def test_a_size_never_has_more_than_three_figures(octets: float) -> None:
    number = formats.data_size(octets).split(N)[0]
    assert len(re.sub(r"\D", "", number)) <= 4


@given(st.text(max_size=40), st.text(alphabet="uwed?XU<", max_size=40))
def test_any_model_and_any_states_make_a_drawing(model: str, states: str) -> None:
    drawing = faceplates.draw(model, states)
    assert drawing.count("<g ") == faceplates.layout_of(model, len(states)).ports
    assert "style" not in re.sub(r'aria-label="[^"]*"', "", drawing)


def test_the_longest_name_wins_and_the_title_sums_up() -> None:
    assert faceplates.layout_of("hEX S", 0).sfp == 1
    assert faceplates.layout_of("hEX", 0).sfp == 0
    assert 'aria-label="hEX: 2 up, 3 without a link"' in faceplates.draw("hEX", "uuddd")


@given(st.lists(st.floats(min_value=0, max_value=1e12), max_size=50))
@example([5e-324])
def test_charts_take_any_values(values: list[float]) -> None:
    top = charts.nice_top(max(values, default=0))
    assert top >= max(values, default=0) * 0.999
    for drawing in (
        charts.spark(values),
        charts.lines(values, values, top, "x"),
        charts.columns(values, [], [], top, "x"),
    ):
        assert "nan" not in drawing and "inf" not in drawing


def test_a_bar_stays_within_its_frame() -> None:
    assert 'rect width="100"' in charts.bar(140)
    assert 'rect width="0"' in charts.bar(-3)
    assert "&quot;" in charts.bar(5, label='"')


def test_the_qr_path_has_as_many_dark_modules_as_the_code() -> None:
    data = "http://login.savanna.example/?v=7K4MPXWCD9"
    code = segno.make(data, error="m", micro=False, boost_error=False, mask=4)
    runs = re.findall(r"h(\d+)v1h-\1z", charts.qr(data))
    assert sum(int(run) for run in runs) == sum(sum(row) for row in code.matrix)
