"""The forms of rules: what they show first is what they read, to the bit and the second."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboard import forms_rules
from dashboard.forms_rules import RulesForm, Stages, Windows
from subscribers.rules import Rules

BPS, BYTES, SECONDS = st.integers(1, 10**11), st.integers(10**6, 10**15), st.integers(60, 10**8)
HOUR = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
WINDOW = st.fixed_dictionaries(
    {
        "days": st.lists(st.integers(0, 6), min_size=1, unique=True).map(sorted),
        "from": HOUR,
        "to": st.one_of(HOUR.filter(lambda each: each != "00:00"), st.just("24:00")),
    }
)
STAGE = st.fixed_dictionaries(
    {
        "period": st.sampled_from(["day", "week", "month"]),
        "after_bytes": BYTES,
        "download_bps": st.integers(8000, 10**11),
        "upload_bps": st.integers(8000, 10**11),
    }
)
RULES = st.builds(
    Rules,
    grace_seconds=SECONDS,
    daily_data_bytes=st.none() | BYTES,
    daily_seconds=st.none() | st.integers(60, 86_400),
    upload_limit_bytes=st.none() | BYTES,
    windows=st.lists(WINDOW, max_size=3),
    stages=st.lists(STAGE, max_size=3),
    lock=st.sampled_from(["", "first", "list"]),
    sale_limit=st.sampled_from(["", "once", "day", "week", "month"]),
    carry=st.sampled_from(["", "early", "always"]),
    carry_limit_bytes=st.none() | BYTES,
    burst_download_bps=BPS,
    burst_seconds=st.integers(0, 600),
    priority=st.integers(1, 8),
    idle_seconds=st.none() | SECONDS,
)


def sent(rules: Rules) -> dict[str, Any]:
    """What a browser sends back of a form that nobody touched."""
    data: dict[str, Any] = forms_rules.initial(rules)
    for prefix, rows in (
        ("windows", forms_rules.initial_windows(rules.windows)),
        ("stages", forms_rules.initial_stages(rules)),
    ):
        data |= {f"{prefix}-TOTAL_FORMS": len(rows), f"{prefix}-INITIAL_FORMS": len(rows)}
        data |= {f"{prefix}-{at}-{key}": value for at, row in enumerate(rows) for key, value in row.items()}
    return data


@given(RULES)
def test_what_is_shown_is_read_again(rules: Rules) -> None:
    data = sent(rules)
    form = RulesForm(data, sites=[], routers=[], plans=[])
    hours, stages = Windows(data, prefix="windows"), Stages(data, prefix="stages")
    assert form.is_valid(), form.errors
    assert hours.is_valid(), hours.errors
    assert stages.is_valid(), stages.errors
    values = form.values()
    assert not form.errors
    assert rules == Rules(
        **values, windows=forms_rules.windows_of(hours), stages=forms_rules.stages_of(stages)
    )
