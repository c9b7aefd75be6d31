"""Changes and rollouts as lists show them: found by words, by state, with counts."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.journal import Actor
from routers import change_queries, changes, rollouts
from routers.models import Change
from tests.factories import NOW, make_router

pytestmark = pytest.mark.django_db
ANN = Actor(1, "Ann")


def test_changes_are_found_by_words_and_filters(inside_isp: object) -> None:
    gate, tower = make_router(name="Gate"), make_router(name="Tower")
    one = changes.plan(gate, reason="New pages", by=ANN, now=NOW)
    rollout = rollouts.begin("PPPoE", [tower], by=ANN, now=NOW)
    other = rollout.changes.get()
    Change.objects.filter(pk=other.pk).update(state="kept")

    def found(*given: Any) -> set[int]:
        return set(change_queries.search(*given).values_list("pk", flat=True))

    assert found("", "") == {one.pk, other.pk}
    assert found("gate", "") == found("pages", "open") == found("", "asked") == {one.pk}
    assert found("ann", "kept") == found("", "", tower.pk) == found("", "", None, rollout.pk) == {other.pk}
    gate.leaving_at = NOW + timedelta(hours=1)
    gate.save()
    assert found("", "") == {other.pk}


def test_rollouts_tell_how_far_they_are(inside_isp: object) -> None:
    every = [make_router() for _ in range(5)]
    rollout = rollouts.begin("PPPoE", every, by=ANN, now=NOW)
    for place, state in enumerate(("kept", "dropped", "failed", "unknown")):
        rollout.changes.filter(place=place).update(state=state)
    row: Any = change_queries.rollouts("ppp", "running").get()  # with its counts
    assert (row.routers, row.done, row.bad) == (5, 2, 2)
    assert not change_queries.rollouts("hotspot").exists()
    assert not change_queries.rollouts("", "done").exists()
