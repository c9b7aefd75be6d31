"""Speeds by the hour: what a form shows is what it reads again."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboard import forms_speeds
from dashboard.forms_speeds import Speeds
from subscribers.rules import Rules
from subscribers.speeds import speeds_of
from tests.dashboard.test_forms_rules import WINDOW

BPS = st.just(0) | st.integers(8_000, 10**11)
SPEED = st.builds(lambda hours, down, up: {**hours, "download_bps": down, "upload_bps": up}, WINDOW, BPS, BPS)


@given(st.lists(SPEED, max_size=4))
def test_what_is_shown_is_read_again(rows: list[dict[str, Any]]) -> None:
    shown = forms_speeds.initial(Rules(speeds=rows))
    data: dict[str, Any] = {"speeds-TOTAL_FORMS": len(rows), "speeds-INITIAL_FORMS": len(rows)}
    data |= {f"speeds-{at}-{key}": value for at, row in enumerate(shown) for key, value in row.items()}
    form = Speeds(data, prefix="speeds")
    assert form.is_valid(), form.errors
    read = forms_speeds.speeds_of(form)
    assert read == rows
    assert len(speeds_of(read)) == len(rows)


def test_it_is_said_in_words() -> None:
    row = {"days": [0], "from": "22:00", "to": "06:00", "download_bps": 20_000_000, "upload_bps": 0}
    assert (
        forms_speeds.worded(row, "Mon, 22:00 to 06:00")
        == "Mon, 22:00 to 06:00: 20\u00a0Mbps down, unlimited up"
    )
