"""One first, then a twentieth, then all; the first failure stops, and what is stopped can go on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.journal import Actor
from kmikro.lib.refusal import Refusal
from routers import changes, enrolment, rollouts
from routers.models import Change, Rollout, Router
from tenants.models import Isp

ANN = Actor(1, "Ann")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "ends"),
    [(0, []), (1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (40, [1, 3, 40]), (1000, [1, 51, 1000])],
)
def test_waves(count: int, ends: list[int]) -> None:
    assert rollouts.waves(count) == ends


def routers(count: int) -> list[Router]:
    site = enrolment.place("Mall", now=NOW)
    return [
        Router.objects.create(
            name=f"R{n}", site=site, public_id=f"r{n}", state=Router.State.READY, address=f"10.0.0.{n + 1}", made_at=NOW
        )
        for n in range(count)
    ]  # fmt: skip


def turn(rollout: Rollout, state: str, trouble: str = "") -> list[tuple[int, str]]:
    """What was asked for comes to an end; gives what is asked for next."""
    todo = rollouts.advance(rollout.pk, now=NOW)
    for number, act in todo:
        new = Change.State.PLANNED if act == "plan" else state
        Change.objects.filter(pk=number).update(state=new, trouble=trouble if act == "apply" else "")
    return todo


def test_waves_follow_each_other_until_all_are_done(inside_isp: Isp) -> None:
    rollout = rollouts.begin("Everywhere", routers(30), by=ANN, now=NOW)
    sizes = [len(turn(rollout, "kept")) for _ in range(9)]
    assert sizes == [1, 1, 2, 2, 20, 20, 7, 7, 0]
    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.DONE


def test_the_first_failure_stops_and_resume_goes_on(inside_isp: Isp) -> None:
    rollout = rollouts.begin("Everywhere", routers(5), by=ANN, now=NOW)
    turn(rollout, "kept")
    turn(rollout, "taken_back", "RADIUS was not heard.")
    assert turn(rollout, "kept") == []
    rollout.refresh_from_db()
    assert (rollout.state, rollout.trouble) == (Rollout.State.STOPPED, "R0: RADIUS was not heard.")
    assert Change.objects.filter(state="asked").count() == 4
    rollouts.resume(rollout, by=ANN, now=NOW)
    while turn(rollout, "kept"):
        pass
    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.DONE
    assert rollout.changes.filter(state="kept").count() == 5


def test_a_risky_plan_stops_it_and_so_does_a_person(inside_isp: Isp) -> None:
    rollout = rollouts.begin("Everywhere", routers(2), by=ANN, now=NOW)
    [(number, _act)] = turn(rollout, "kept")
    Change.objects.filter(pk=number).update(
        risks=[{"code": "door", "level": "high", "text": "It shuts us out."}]
    )
    assert turn(rollout, "kept") == []
    rollout.refresh_from_db()
    assert "It shuts us out." in rollout.trouble
    rollouts.resume(rollout, by=ANN, now=NOW)
    rollouts.stop(rollout, by=ANN, now=NOW)
    assert rollout.trouble == "Stopped by Ann."
    with pytest.raises(Refusal):
        rollouts.stop(rollout, by=ANN, now=NOW)


def test_where_a_second_person_is_wanted_there_are_no_rollouts(inside_isp: Isp) -> None:
    changes.set_rules(second_person=True, by=ANN, now=NOW)
    with pytest.raises(Refusal) as refused:
        rollouts.begin("Everywhere", routers(1), by=ANN, now=NOW)
    assert refused.value.code == "needs_second"


def test_who_was_asked_is_asked_again_only_when_nothing_came_of_it(inside_isp: Isp) -> None:
    rollout = rollouts.begin("Everywhere", routers(60), by=ANN, now=NOW)
    for _ in range(4):
        turn(rollout, "kept")
    first = rollouts.advance(rollout.pk, now=NOW)
    assert len(first) == rollouts.AT_ONCE
    assert rollouts.advance(rollout.pk, now=NOW) == []
    Change.objects.filter(pk=first[0][0]).update(state="kept")
    assert len(rollouts.advance(rollout.pk, now=NOW)) == 1, "the next one has its turn"
    assert len(rollouts.advance(rollout.pk, now=NOW + rollouts.STALE)) == rollouts.AT_ONCE


def test_how_many_rows_are_read_does_not_grow_with_the_routers(
    inside_isp: Isp, django_assert_max_num_queries: Any
) -> None:
    rollout = rollouts.begin("Everywhere", routers(30), by=ANN, now=NOW)
    for _ in range(4):
        turn(rollout, "kept")
    rollouts.advance(rollout.pk, now=NOW)
    with django_assert_max_num_queries(5):
        assert rollouts.advance(rollout.pk, now=NOW) == []


def test_a_router_with_another_change_refuses_it_by_name_and_nothing_is_left(inside_isp: Isp) -> None:
    every = routers(3)
    changes.plan(every[2], reason="x", by=ANN, now=NOW)
    with pytest.raises(Refusal, match="Another change of R2"):
        rollouts.begin("Everywhere", every, by=ANN, now=NOW)
    assert (Rollout.objects.count(), Change.objects.count()) == (0, 1)


def test_a_rollout_whose_routers_were_removed_is_done(inside_isp: Isp) -> None:
    every = routers(2)
    rollout = rollouts.begin("Everywhere", every, by=ANN, now=NOW)
    Router.objects.all().delete()
    assert rollouts.advance(rollout.pk, now=NOW) == []
    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.DONE


def test_outside_its_window_nothing_begins_and_another_window_goes_on(inside_isp: Isp) -> None:
    hour, every = timedelta(hours=1), routers(3)
    with pytest.raises(Refusal) as refused:
        rollouts.begin("Night", every, by=ANN, now=NOW, not_after=NOW - hour)
    assert refused.value.field == "not_after"
    window = {"not_before": NOW + hour, "not_after": NOW + 2 * hour}
    rollout = rollouts.begin("Night", every, by=ANN, now=NOW, **window)
    assert rollouts.advance(rollout.pk, now=NOW) == []
    assert Change.objects.filter(started_at=None).count() == 3, "no router was asked"
    [(first, act)] = rollouts.advance(rollout.pk, now=NOW + hour)
    assert act == "plan"
    Change.objects.filter(pk=first).update(state="kept")
    assert rollouts.advance(rollout.pk, now=NOW + 3 * hour) == []
    rollout.refresh_from_db()
    assert (rollout.state, "window is over" in rollout.trouble) == (Rollout.State.STOPPED, True)
    rollouts.resume(rollout, by=ANN, now=NOW + 3 * hour)
    assert (rollout.not_before, rollout.not_after) == (None, None)
    assert len(rollouts.advance(rollout.pk, now=NOW + 3 * hour)) == 1


def test_a_window_that_ends_after_the_last_router_was_kept_is_no_failure(inside_isp: Isp) -> None:
    rollout = rollouts.begin("Night", routers(1), by=ANN, now=NOW, not_after=NOW + timedelta(hours=1))
    Change.objects.update(state="kept")
    rollouts.advance(rollout.pk, now=NOW + timedelta(hours=2))
    rollout.refresh_from_db()
    assert rollout.state == Rollout.State.DONE
