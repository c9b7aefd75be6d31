"""Stages of fair use: read strictly, and the slowest that is reached holds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kmikro.lib.refusal import Refusal
from subscribers.stages import Stage, reached, stages_of

ROW = {"period": "day", "after_bytes": 10**9, "download_bps": 10**6, "upload_bps": 10**6}


def test_they_are_numbered_as_they_are_listed() -> None:
    assert stages_of([ROW, {**ROW, "period": "week"}]) == (
        Stage(1, "day", 10**9, 10**6, 10**6),
        Stage(2, "week", 10**9, 10**6, 10**6),
    )
    assert stages_of([]) == ()


@pytest.mark.parametrize(
    "bad",
    [
        None,
        [None],
        [{}],
        [{**ROW, "more": 1}],
        [{**ROW, "period": "year"}],
        [{**ROW, "period": ["day"]}],
        [{**ROW, "after_bytes": 0}],
        [{**ROW, "after_bytes": True}],
        [{**ROW, "download_bps": 7_999}],
        [{**ROW, "upload_bps": 1e6}],
        [ROW] * 10,
    ],
)
def test_what_is_no_stage_is_refused(bad: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        stages_of(bad)
    assert refusal.value.code == "bad_stage"


stages = st.lists(
    st.builds(
        Stage,
        st.just(1),
        st.sampled_from(["day", "week", "month"]),
        st.integers(1, 99),
        st.integers(8, 20),
        st.just(9),
    ),
    max_size=6,
)


@given(stages, st.integers(0, 120), st.integers(0, 120))
def test_more_use_never_makes_it_faster(listed: list[Stage], less: int, more: int) -> None:
    less, more = min(less, more), max(less, more)
    before, after = (reached(listed, dict.fromkeys(("day", "week", "month"), each)) for each in (less, more))
    if before is not None:
        assert after is not None
        assert after.download_bps <= before.download_bps
    assert reached(listed, {}) is None
