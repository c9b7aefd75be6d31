"""F14: a session that nobody reports for three intervals is closed by evidence, or kept by it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from radius import stale, tasks
from radius.folding import GONE, NO_REPORT, SILENT_ROUTER
from radius.models import Session
from tenants import scope
from tenants.models import Isp, RadiusRecord
from tests.factories import NOW, make_session

JUST = NOW - timedelta(seconds=30)
MISSED = NOW - stale.SILENCE - timedelta(seconds=1)
LONG_AGO = NOW - stale.PATIENCE - timedelta(seconds=1)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The routers that somebody was sent to look at."""
    sent: list[int] = []

    def wish(task: str, router_id: int) -> None:
        assert task == stale.LOOK
        sent.append(router_id)

    monkeypatch.setattr(stale.wishes, "after_commit", wish)
    yield sent


def session(number: int, heard_at: Any, **fields: Any) -> Session:
    made = make_session(acct_session_id=f"81a{number:05x}", heard_at=heard_at, fold={}, **fields)
    Session.objects.filter(pk=made.pk).update(router_id=7)
    made.refresh_from_db()
    return made


def causes() -> list[str]:
    return list(Session.objects.order_by("acct_session_id").values_list("end_cause", flat=True))


def test_a_router_that_reports_others_has_lost_the_one(isp: Isp, looks: list[int]) -> None:
    with scope.inside(isp.schema_name):
        session(1, MISSED)
        session(2, JUST)
        assert stale.close(NOW) == 1
        assert causes() == [NO_REPORT, ""]
    assert looks == []


def test_of_a_router_that_reports_nobody_nothing_is_believed_at_first(isp: Isp, looks: list[int]) -> None:
    with scope.inside(isp.schema_name):
        session(1, MISSED)
        assert stale.close(NOW) == 0
        assert causes() == [""]
    assert looks == [7]


def test_silence_of_ten_minutes_is_the_end(isp: Isp, looks: list[int]) -> None:
    with scope.inside(isp.schema_name):
        held = session(1, LONG_AGO)
        assert stale.close(NOW) == 1
        held.refresh_from_db()
        assert (held.end_cause, held.ended_at) == (SILENT_ROUTER, held.updated_at)
    assert looks == []


def test_what_the_router_has_is_kept_and_what_it_has_not_is_over(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        there = session(1, MISSED, mac="AA:BB:CC:00:00:01", framed_ip="10.5.50.21")
        session(2, MISSED, mac="AA:BB:CC:00:00:02", framed_ip="10.5.50.22")
        session(3, MISSED, mac="", framed_ip="10.5.50.23")  # nobody can tell
        session(4, JUST, mac="AA:BB:CC:00:00:04", framed_ip="10.5.50.24")  # nobody asked
        assert stale.judge(7, {("AA:BB:CC:00:00:01", "10.5.50.21")}, NOW) == 1
        assert causes() == ["", GONE, "", ""]
        there.refresh_from_db()
        assert there.heard_at == NOW


def test_while_folding_is_behind_nobody_is_closed(isp: Isp, monkeypatch: pytest.MonkeyPatch) -> None:
    RadiusRecord.objects.create(schema=isp.schema_name, kind="acct", at=LONG_AGO, body="[]")
    with scope.inside(isp.schema_name):
        session(1, LONG_AGO)
    tasks.close_stale(isp.schema_name)
    with scope.inside(isp.schema_name):
        assert causes() == [""]
    RadiusRecord.objects.all().delete()
    tasks.close_stale(isp.schema_name)
    with scope.inside(isp.schema_name):
        assert causes() == [SILENT_ROUTER]
