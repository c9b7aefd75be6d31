"""What follows from a visit: down after a minute of silence alone, up at once, and when to come again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routers import care, pace, watching
from routers.device import Crowded, DeviceError, LoginRefused, Unreachable
from routers.models import CareItem, CareRun, Incident, Outage, Router, Watch
from routers.readings import Reading
from tests.factories import make_router
from tests.routers.test_offering import BY

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SILENT, REFUSED = Unreachable("no answer"), LoginRefused("wrong password")
SECOND = timedelta(seconds=1)


@pytest.fixture
def gate(inside_isp: Any) -> Router:
    return make_router(name="Gate")


def missed(router: Router, at: int, error: DeviceError = SILENT, *, visited: bool = False) -> list[str]:
    """Seconds after NOW; gives the kinds of incidents that began or ended."""
    news = watching.missed(router, error, str(error), visited=visited, dice=0.5, now=NOW + at * SECOND)
    return [each.kind for each in news.changed]


def answered(router: Router, at: int, **told: Any) -> list[str]:
    news = watching.answered(router, Reading(**told), "uu", dice=0.5, now=NOW + at * SECOND)
    return [each.kind for each in news.changed]


def test_down_after_a_minute_of_silence_once_and_up_at_once(gate: Router) -> None:
    answered(gate, 0, hotspot=5, ppp=2, uptime_ms=10**9)
    assert [missed(gate, at) for at in (10, 69, 70, 85)] == [[], [], ["down"], []]
    outage = Outage.objects.get()
    assert (outage.started_at, outage.noticed_at, outage.sessions) == (
        NOW + 10 * SECOND,
        NOW + 70 * SECOND,
        7,
    )
    assert not Router.objects.get().is_up
    assert answered(gate, 90, uptime_ms=10**9) == ["down"]
    outage.refresh_from_db()
    assert outage.ended_at == NOW + 90 * SECOND and "the way to it was cut" in outage.cause
    assert Router.objects.get().is_up and Watch.objects.get().missed_since is None
    assert [missed(gate, at) for at in (100, 159)] == [[], []], "a new silence counts anew"


def test_a_refusal_is_no_silence_and_ends_the_one_before(gate: Router) -> None:
    assert missed(gate, 0) == []
    assert missed(gate, 50, REFUSED, visited=True) == ["sign_in"]
    assert [missed(gate, at) for at in (65, 124)] == [[], []]
    assert not Outage.objects.exists() and Router.objects.get().is_up
    assert missed(gate, 125) == ["down"]
    assert Outage.objects.get().started_at == NOW + 65 * SECOND


def test_while_a_restart_is_waited_for_nobody_is_alarmed_but_what_lasts_is_an_outage(gate: Router) -> None:
    run = care.order(CareRun.Kind.REBOOT, [gate], **BY)
    (item,) = care.take_next(run.pk, now=NOW)
    CareItem.objects.filter(pk=item).update(phase="restarting")
    assert [missed(gate, at) for at in (0, 60, 300)] == [[], [], []]
    assert Router.objects.get().is_up and not Outage.objects.exists()
    care.finish(item, is_fine=False, steps=[], trouble="It did not come back.", now=NOW)
    assert missed(gate, 315) == ["down"]
    assert Outage.objects.get().started_at == NOW, "from its begin"


def test_who_only_waits_for_another_worker_hides_no_outage(gate: Router) -> None:
    run = care.order(CareRun.Kind.REBOOT, [gate], **BY)
    (item,) = care.take_next(run.pk, now=NOW)
    CareItem.objects.filter(pk=item).update(phase=care.BUSY)
    assert [missed(gate, at) for at in (0, 60)] == [[], ["down"]]


def test_the_breaker_counts_what_kept_a_worker_busy_and_has_the_last_word(gate: Router) -> None:
    for at in (0, 15, 30):
        missed(gate, at)
    watch = Watch.objects.get()
    assert (watch.failures, watch.open_until) == (0, None)
    assert watch.due_at == NOW + 30 * SECOND + pace.MISSING
    for at in (31, 46, 61):
        missed(gate, at, visited=True)
    watch.refresh_from_db()
    assert watch.failures == 3 and watch.open_until is not None and watch.due_at == watch.open_until
    answered(gate, 200, uptime_ms=1000)
    watch.refresh_from_db()
    assert (watch.failures, watch.open_until, watch.failure_kind) == (0, None, "")


def test_no_session_left_there_opens_it_at_once_and_is_told_once(gate: Router) -> None:
    full = Crowded("no session left")
    assert missed(gate, 0, full, visited=True) == ["full"]
    assert Watch.objects.get().open_until is not None
    assert missed(gate, 60, full, visited=True) == []
    assert answered(gate, 90) == ["full"]
    assert Incident.objects.get().closed_at is not None


def test_who_is_due_is_asked_for_once_until_the_asking_is_lost(gate: Router) -> None:
    make_router(state="waiting"), make_router(leaving_at=NOW)
    leased = make_router(leased_until=NOW + SECOND)
    assert {each.router_id: each.leased for each in watching.due(now=NOW)} == {
        gate.pk: False,
        leased.pk: True,
    }
    assert watching.due(now=NOW + watching.ASKED) == []
    assert len(watching.due(now=NOW + watching.ASKED + SECOND)) == 2
    watching.later(gate.pk, dice=0.5, now=NOW)
    assert Watch.objects.get(pk=gate.pk).due_at == NOW + pace.MISSING
