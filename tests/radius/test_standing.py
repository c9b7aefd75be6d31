"""The projector's memory of live sessions: it may only make things cheaper, never other."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from django.db import connection

from radius import projector, reports
from radius.accounting import Router
from radius.events import AccountingRecord
from radius.folding import NO_REPORT, Fold, Usage
from radius.keeping import moment, presume
from radius.models import NasGigawords, Session
from radius.standing import Memory, standing
from subscribers.models import Service
from subscribers.models import Usage as UsageHour
from tenants import scope
from tenants.models import Isp
from tests.factories import make_plan, make_voucher
from tests.radius.records import T0, put, record

NOW = datetime.fromtimestamp(T0 + 600, UTC)
G = 1 << 32


@pytest.fixture
def voucher(isp: Isp) -> Any:
    with scope.inside(isp.schema_name):
        return make_voucher(plan=make_plan(validity_seconds=None))


def told(isp: Isp, voucher: Any, kind: str, at: int, octets: int = 0, **changes: Any) -> AccountingRecord:
    return record(
        kind,
        at,
        schema=isp.schema_name,
        name=voucher.code,
        upload_octets=octets,
        download_octets=octets,
        **changes,
    )


def project(memory: Memory) -> None:
    while projector.project(NOW, memory=memory)[0]:
        pass


def rows(isp: Isp) -> Any:
    """All that folding leaves behind, memos and all, without row numbers."""
    with scope.inside(isp.schema_name):
        skip = {"id"}
        names = [each.attname for each in Session._meta.concrete_fields if each.attname not in skip]
        sessions = list(Session.objects.order_by("acct_session_id", "started_at").values(*names))
        hours = UsageHour.objects.order_by("service", "hour")
        services = Service.objects.order_by("pk").values_list(
            "upload_bytes", "download_bytes", "seconds_used"
        )
        used = list(hours.values_list("service", "hour", "upload_bytes", "download_bytes", "seconds"))
        return sessions, used, list(services)


def queries(work: Any) -> list[str]:
    """The statements of a piece of work."""
    said: list[str] = []

    def listen(execute: Any, sql: str, *rest: Any) -> Any:
        said.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(listen):
        work()
    return said


def test_growth_is_written_without_reading_the_session(isp: Isp, voucher: Any) -> None:
    memory = Memory()
    put(told(isp, voucher, "interim", 60, 100))
    project(memory)
    assert len(memory) == 1
    put(told(isp, voucher, "interim", 120, 300), told(isp, voucher, "interim", 180, 700))
    said = queries(lambda: project(memory))
    assert [each for each in said if "FROM radius_session" in each] == []
    with scope.inside(isp.schema_name):
        session = Session.objects.get()
        assert (session.upload_bytes, session.seconds, session.updated_at) == (700, 180, moment(T0 + 180))
        assert session.heard_at == moment(T0 + 180)
        assert Service.objects.get(pk=voucher.service_id).upload_bytes == 700


def test_growth_leaves_the_indexes_alone(isp: Isp, voucher: Any) -> None:
    """Rows change in place, as PostgreSQL can where a page has room and no indexed column changes."""
    memory = Memory()
    put(told(isp, voucher, "interim", 60, 100))
    project(memory)

    def in_place() -> int:
        with scope.inside(isp.schema_name), connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_get_xact_tuples_hot_updated('radius_session'::regclass)")
            return int(cursor.fetchone()[0])

    before = in_place()
    for at in range(2, 5):
        put(told(isp, voucher, "interim", 60 * at, 300 * at))
        project(memory)
    assert in_place() - before == 3


@pytest.mark.parametrize("seed", range(12))
def test_with_memory_and_without_it_the_rows_are_the_same(isp: Isp, voucher: Any, seed: int) -> None:
    """Random batches of two people's sessions, with repetitions, late records and restarts."""
    chance = Random(seed)
    with scope.inside(isp.schema_name):
        other = make_voucher(plan=make_plan(validity_seconds=None))
    batches: list[list[AccountingRecord]] = []
    for step in range(1, 12):
        batch = []
        for person, mac in ((voucher, "AA:BB:CC:00:00:01"), (other, "AA:BB:CC:00:00:02")):
            kind = chance.choice(["start", *["interim"] * 9, "stop"])
            life = {
                "mac": mac,
                "session_id": f"8{person.pk}",
                "gigawords": None if kind == "start" else seed % 4 > 0,
            }
            seconds = 60 * step if kind != "start" else 0
            batch.append(told(isp, person, kind, seconds, 1000 * step + chance.randrange(900), **life))
        if chance.random() < 0.1:
            off = {"session_id": "", "username": b"", "mac": "", "begun": T0 + 60 * step}
            batch.append(record("on", 0, schema=isp.schema_name, **off))
        batches.append(batch)
    everything = [each for batch in batches for each in batch]
    for batch in batches:
        batch += chance.choices(everything, k=chance.randrange(3))
        chance.shuffle(batch)
    pictures = []
    for memory in (Memory(), None):
        for batch in batches:
            put(*batch)
            project(Memory() if memory is None else memory)
        pictures.append(rows(isp))
        with scope.inside(isp.schema_name):
            Session.objects.all().delete()
            UsageHour.objects.all().delete()
            Service.objects.update(upload_bytes=0, download_bytes=0, seconds_used=0)
            connection.cursor().execute("DELETE FROM radius_nasrestart; DELETE FROM radius_nasgigawords")
    assert pictures[0] == pictures[1]


def test_a_session_that_somebody_else_closed_is_read_anew(isp: Isp, voucher: Any) -> None:
    memory = Memory()
    put(told(isp, voucher, "interim", 60, 100))
    project(memory)
    with scope.inside(isp.schema_name):
        presume(Session.objects.select_for_update(of=("self",)), NO_REPORT)
    put(told(isp, voucher, "interim", 120, 300))
    project(memory)
    with scope.inside(isp.schema_name):
        session = Session.objects.get()
        assert (session.ended_at, session.end_cause, session.upload_bytes) == (None, "", 300)
        assert Service.objects.get(pk=voucher.service_id).upload_bytes == 300


def test_two_projectors_count_nothing_twice(isp: Isp, voucher: Any) -> None:
    """One that lost its lock without noticing still remembers what another one has folded since."""
    stale, fresh = Memory(), Memory()
    put(told(isp, voucher, "interim", 60, 100))
    project(stale)
    put(told(isp, voucher, "interim", 120, 300))
    project(fresh)
    put(told(isp, voucher, "interim", 120, 300), told(isp, voucher, "interim", 180, 400))
    project(stale)
    with scope.inside(isp.schema_name):
        assert Session.objects.get().upload_bytes == 400
        assert Service.objects.get(pk=voucher.service_id).upload_bytes == 400


def test_a_batch_that_fails_is_forgotten_and_folded_again(
    isp: Isp, voucher: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Memory()
    put(told(isp, voucher, "interim", 60, 100))
    project(memory)
    put(told(isp, voucher, "interim", 120, 200), told(isp, voucher, "interim", 180, 300))
    with monkeypatch.context() as patch:
        patch.setattr(projector.limits, "enforce", lambda *_: 1 / 0)
        projector.project(NOW, memory=memory)
    assert len(memory) == 0
    project(memory)
    with scope.inside(isp.schema_name):
        assert Service.objects.get(pk=voucher.service_id).upload_bytes == 300


def test_the_first_gigawords_of_a_router_are_noted(isp: Isp, voucher: Any) -> None:
    memory = Memory()
    put(told(isp, voucher, "start", 0, gigawords=None))
    project(memory)
    put(told(isp, voucher, "interim", 60, 100))
    project(memory)
    with scope.inside(isp.schema_name):
        assert [each.pk for each in NasGigawords.objects.all()] == [1]


def test_memory_is_bounded(isp: Isp) -> None:
    memory = Memory(most=3)
    for schema in ("t_a", "t_b", "t_c"):
        fold = Fold({}, {(b"", "somebody"): 1}, usage=Usage())
        for at in range(2):
            fold.take(reports.of(replace(record("interim", 60), session_id=str(at))))
        for each in fold.all():
            each.id = 1
        memory.learn(schema, fold.sessions, {})
    assert len(memory) == 2


def test_only_what_merely_grows_is_remembered() -> None:
    fold = Fold({}, {(b"", "somebody"): 1}, usage=Usage())
    fold.take(reports.of(record("interim", 60)))
    [session] = fold.all()
    assert standing(session) is None  # it has no row yet
    session.id = 1
    held = standing(session, Router([T0 - 5.0]))
    assert held is not None
    grow = reports.of(record("interim", 120, upload_octets=5))
    for other in (
        {"kind": "stop"}, {"gigawords": None}, {"gigawords": 0}, {"event_ms": held.last_ms}, {"seconds": 59},
        {"framed_ip": "10.5.50.21"}, {"mac": ""}, {"flags": ["event_time_ignored"]}, {"seconds": 300},
        {"event_ms": held.last_ms + 200_000, "seconds": 120}, {"delay": 70},
    ):  # fmt: skip
        assert not held.grows(grow._replace(**other)), other
    assert held.grows(grow)
    assert (held.upload, held.seconds) == (5, 120)
