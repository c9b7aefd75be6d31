"""What is old is forgotten, in bounded steps; what is young, live or needed stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from radius import retention, tasks
from radius.keeping import moment
from radius.models import AuthAttempt, NasRestart, Session
from tenants import scope
from tenants.models import Isp
from tests.factories import NOW, make_attempt, make_plan, make_session, make_voucher
from tests.radius.records import T0, put, record
from tests.radius.test_projector import project


def ended(days: int, **fields: Any) -> Session:
    at = NOW - timedelta(days=days)
    return make_session(started_at=at - timedelta(hours=1), ended_at=at, **fields)


def test_sessions_live_twelve_months_after_their_end(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        young, old = ended(365), ended(367)
        endless = make_session(started_at=NOW - timedelta(days=400))
        assert retention.sessions(NOW) == 1
        assert set(Session.objects.values_list("pk", flat=True)) == {young.pk, endless.pk} - {old.pk}


def test_attempts_live_ninety_days_and_restarts_thirty(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        for days in (89, 91):
            make_attempt(at=NOW - timedelta(days=days))
        for days in (29, 31):
            NasRestart.objects.create(router_id=1, at=NOW - timedelta(days=days))
        assert (retention.attempts(NOW), retention.restarts(NOW)) == (1, 1)
        assert AuthAttempt.objects.get().at == NOW - timedelta(days=89)
        assert NasRestart.objects.get().at == NOW - timedelta(days=29)


def test_forgetting_goes_on_until_nothing_is_left(isp: Isp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    with scope.inside(isp.schema_name):
        for number in range(5):
            make_attempt(at=NOW - timedelta(days=4000 + number))
    assert tasks.forget(isp.schema_name) == {
        "sessions": 0, "attempts": 5, "notices": 0, "restarts": 0, "memos": 0,
    }  # fmt: skip


def test_an_old_session_without_its_memo_is_what_its_columns_say(isp: Isp) -> None:
    """A counter of 32 bits that wrapped; months later its Stop comes once more."""
    with scope.inside(isp.schema_name):
        voucher = make_voucher(plan=make_plan(validity_seconds=None))
    life = {"schema": isp.schema_name, "name": voucher.code, "gigawords": False}
    stop = record("stop", 120, upload_octets=5, terminate_cause="User-Request", **life)
    put(record("interim", 60, upload_octets=2**32 - 1, **life), stop)
    project()
    now = moment(T0 + 35 * 86_400)
    with scope.inside(isp.schema_name):
        before = Session.objects.values("upload_bytes", "ended_at", "end_cause", "seconds").get()
        assert before["upload_bytes"] == 2**32 + 5
        assert retention.memos(now) == 1
        assert retention.memos(now) == 0
    put(stop)
    project()
    with scope.inside(isp.schema_name):
        assert Session.objects.values("upload_bytes", "ended_at", "end_cause", "seconds").get() == before
