"""What the timeline says of a stage of fair use that is reached or left."""

from __future__ import annotations

import pytest

from radius.terms import Used
from radius.throttling import about
from tests.radius.fakes import facts
from tests.radius.test_policy import NAIROBI, NOW
from tests.radius.test_rules_hours import DAY, MONTH, STAGES, WEEK

USED = Used(DAY, 2**32 + 5, 0, WEEK, 2**33, MONTH, 2**34)


@pytest.mark.parametrize(
    ("told", "level", "wanted"),
    [
        ("", "s1", {"stage": 1, "changed": ["", "s1"], "period": "day", "bytes": 2**32 + 5, "of_bytes": 10**9}),
        ("s3", "", {"stage": 3, "changed": ["s3", ""], "period": "month", "bytes": 2**34, "of_bytes": 50 * 10**9}),
        ("s1", "s9", {"stage": 9, "changed": ["s1", "s9"]}),
        ("s1", "s1", {}),
        ("", "t7", {}),
        ("g:data", "", {}),
        ("h1", "", {}),
    ],
)  # fmt: skip
def test_only_stages_are_spoken_of(told: str, level: str, wanted: object) -> None:
    known = facts(stages=STAGES, used=USED, data_used=2**34)
    assert about(known, told, level, NOW, NAIROBI) == wanted
