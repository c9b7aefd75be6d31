"""F44: beat runs twice, or not for hours. What is done once a night is done once, and later when it was missed."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.journal import SYSTEM, Actor
from routers import care, care_tasks, changing, nightly, watching
from routers.models import CareRun, Change
from tenants import scope
from tenants.models import Isp
from tests.factories import make_router

NIGHT = datetime(2026, 11, 26, 1, 10, tzinfo=UTC)  # four o'clock in Nairobi
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("last", "night", "due"),
    [
        (None, True, True),
        (None, False, False),
        (NIGHT - timedelta(minutes=20), True, False),
        (NIGHT - 24 * HOUR, True, True),
        (NIGHT - 24 * HOUR, False, False),
        (NIGHT - 28 * HOUR, False, True),
    ],
)
def test_once_a_night_and_later_when_it_was_missed(last: datetime | None, night: bool, due: bool) -> None:
    assert nightly.is_due(last, night=night, now=NIGHT) is due


def orders(isp: Isp) -> int:
    with scope.inside(isp.schema_name):
        return CareRun.objects.filter(by=SYSTEM.name, kind=CareRun.Kind.BACKUP).count()


def test_two_beats_order_one_backup_and_a_missed_night_is_caught_up_once(
    isp: Isp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(care_tasks.go_on, "soon", lambda *args, **more: None)
    with scope.inside(isp.schema_name):
        gate = make_router()
        care.order(
            CareRun.Kind.BACKUP, [gate], by=Actor(1, "Ana"), now=NIGHT - HOUR
        )  # a person's is not the night's
    counts = []
    for now in (
        NIGHT - 2 * HOUR, NIGHT, NIGHT, NIGHT + 0.5 * HOUR, NIGHT + 12 * HOUR,
        NIGHT + 28 * HOUR, NIGHT + 29 * HOUR,  # beat slept through a night
        NIGHT + 48 * HOUR,
    ):  # fmt: skip
        monkeypatch.setattr(care_tasks, "_now", lambda now=now: now)
        care_tasks.back_up_all(isp.schema_name)
        counts.append(orders(isp))
    assert counts == [0, 1, 1, 1, 1, 2, 2, 3]


def test_two_beats_ask_for_one_visit_and_apply_a_change_once(
    isp: Isp, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(changing.apply_change, "soon", lambda pk, *args, **more: asked.append(pk))
    with scope.inside(isp.schema_name):
        gate, now = make_router(address="203.0.113.77", state="ready"), datetime.now(UTC)
        first = {each.router_id for each in watching.due(now=now)}
        again = {each.router_id for each in watching.due(now=now)}
        change = Change.objects.create(
            router=gate, key="e" * 16, reason="In its window", state="waiting", waits_for="window", made_by="Ana", made_at=now,
            not_before=now - timedelta(minutes=1),
        )  # fmt: skip
    assert gate.pk in first
    assert gate.pk not in again
    for _ in range(2):
        changing.due(isp.schema_name)
    assert asked.count(change.pk) == 1
