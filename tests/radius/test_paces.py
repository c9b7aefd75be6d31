"""One speed for a login and for who is online: fair use before the hour, the hour before the plan."""

from __future__ import annotations

from radius import paces, token
from radius.case import Case
from radius.events import Accept
from radius.holding import Held, judge
from radius.known import Facts
from radius.policy import authorize
from radius.terms import Used, extras
from subscribers.speeds import speeds_of
from subscribers.stages import Stage
from tests.radius.fakes import facts
from tests.radius.test_policy import MAC, NAIROBI, NOW, request
from tests.radius.test_rules_hours import DAY

# 16:05 in Nairobi; see test_policy.
SPEEDS = speeds_of(
    [{"days": list(range(7)), "from": "16:00", "to": "18:00", "download_bps": 0, "upload_bps": 64_000}]
)
STAGES = (Stage(1, "day", 10, 9_000, 8_000),)
BURST = extras(burst_download_bps=9, burst_seconds=8, pool="p", priority=3)


def found(known: Facts) -> tuple[paces.Pace, Accept, Held]:
    verdict = authorize(request(), known, NOW, NAIROBI)
    held = judge(known, MAC, 1, {}, NOW, NAIROBI)
    assert isinstance(verdict, Accept)
    assert isinstance(held, Held)
    return paces.of(Case(request(), known, NOW, NAIROBI)), verdict, held


def agree(known: Facts, level: str, download: int, upload: int) -> Held:
    pace, verdict, held = found(known)
    assert pace == (level, download, upload, held.extras)
    assert (verdict.download_bps, verdict.upload_bps, verdict.extras) == (download, upload, held.extras)
    assert (held.level, held.download_bps, held.upload_bps) == (level, download, upload)
    assert token.level_of(verdict.class_) == level
    return held


def test_the_plans_own_speed_keeps_its_burst() -> None:
    assert agree(facts(extras=BURST), "", 10_000_000, 5_000_000).extras is BURST


def test_the_hour_has_its_speed_and_no_burst_until_it_changes() -> None:
    held = agree(facts(extras=BURST, speeds=SPEEDS), "h1", 0, 64_000)
    assert (held.extras.burst_download_bps, held.extras.pool, held.extras.priority) == (0, "p", 3)
    assert held.due_at == DAY + 18 * 3600


def test_fair_use_that_is_reached_holds_at_all_hours() -> None:
    agree(facts(speeds=SPEEDS, stages=STAGES, used=Used(DAY, 10, 0, 0, 0, 0, 0)), "s1", 9_000, 8_000)
    agree(facts(speeds=SPEEDS, stages=STAGES, used=Used(DAY, 9, 0, 0, 0, 0, 0)), "h1", 0, 64_000)


def test_the_trace_says_so() -> None:
    _, verdict, _ = found(facts(speeds=SPEEDS))
    said = {each.code: each.text for each in verdict.trace}["speed"]
    assert said.startswith("The speed of these hours, until ")
    assert said.endswith(" 18:00: no limit down, 64 kbps up.")
