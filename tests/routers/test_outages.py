"""One outage at a time; its end says what the router's own clock knows of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routers import outages
from routers.models import Outage, Router, Watch
from tests.factories import make_router

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def gate(inside_isp: Any) -> Router:
    return make_router(name="Gate")


def begun(router: Router) -> Outage:
    watch = Watch(router=router, ppp=2, hotspot=None, missed_since=NOW)
    return outages.begin(router, watch, cause="The connection failed.", now=NOW + MINUTE)


def test_it_begins_with_the_first_missed_answer_and_once(gate: Router) -> None:
    outage = begun(gate)
    assert (outage.started_at, outage.noticed_at, outage.sessions) == (NOW, NOW + MINUTE, 2)
    assert begun(gate) == outage
    assert outages.end(gate, rebooted_at=None, now=NOW + 5 * MINUTE) == outage
    assert outages.end(gate, rebooted_at=None, now=NOW + 9 * MINUTE) is None
    outage.refresh_from_db()
    assert (outage.ended_at, outage.cause) == (NOW + 5 * MINUTE, "The connection failed.")
    assert begun(gate) != outage


@pytest.mark.parametrize(
    ("boot", "words"),
    [
        (2 * MINUTE, "It was without power or restarted."),
        (-MINUTE, "It was without power or restarted."),  # its clock and ours differ a little
        (-2 * MINUTE, "the way to it was cut."),
    ],
)
def test_a_boot_inside_it_tells_power_from_line(gate: Router, boot: timedelta, words: str) -> None:
    begun(gate)
    ended = outages.end(gate, rebooted_at=NOW + boot, now=NOW + 5 * MINUTE)
    assert ended is not None and words in ended.cause and "The connection failed." in ended.cause


def test_they_stay_when_the_router_is_forgotten_and_are_found_by_name_state_and_router(gate: Router) -> None:
    other = make_router(name="Mast")
    outage = begun(gate)
    begun(other)
    outages.end(other, rebooted_at=None, now=NOW)
    assert [each.name for each in outages.search("gat", "")] == ["Gate"]
    assert [each.name for each in outages.search("", "over")] == ["Mast"]
    assert [each.name for each in outages.search("", "running", other.pk)] == []
    gate.delete()
    outage.refresh_from_db()
    assert (outage.router, outage.name) == (None, "Gate")
