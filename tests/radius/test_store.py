"""Outcomes to a real database, and to the disk while there is none."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.db import connection

from radius import clocks, database, drainer, journal, reports, spool, writer
from radius.events import Accept, Reject, Step
from radius.facts import LiveFacts
from radius.keeping import moment
from radius.login_line import COLUMNS
from radius.reports import Report
from radius.store import LiveStore
from subscribers.models import Service
from tenants import scope
from tenants.models import Isp, LoginBatch, RadiusRecord
from tests.factories import NOW, make_plan, make_voucher
from tests.radius.records import T0, record
from tests.radius.running import until
from tests.radius.test_facts import request


class Answers:
    """Collects what `done` was called with."""

    def __init__(self) -> None:
        self.all: list[bool] = []

    def __call__(self, ok: bool) -> None:
        self.all.append(ok)


@pytest.fixture
def store(fresh_isp: Isp, tmp_path: Path) -> Iterator[LiveStore]:
    RadiusRecord.objects.all().delete()
    patience = database.Patience()
    made = LiveStore(tmp_path, LiveFacts(patience=patience), patience)
    made.start()
    yield made
    made.close(4)
    patience.close()
    RadiusRecord.objects.all().delete()


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """PostgreSQL refuses connections while the event is set."""
    gone, real = threading.Event(), database.connect
    gone.set()

    def connect(purpose: str) -> Any:
        if gone.is_set():
            raise psycopg2.OperationalError("Connection refused")
        return real(purpose)

    monkeypatch.setattr(database, "connect", connect)
    yield gone


def bodies() -> list[Report]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM tenants_radiusrecord WHERE kind = 'acct' ORDER BY id")
        return [report for row in cursor.fetchall() for report in reports.read(row[0])]


def test_a_record_is_in_the_journal_when_it_is_done(store: LiveStore, fresh_isp: Isp) -> None:
    odd = record("interim", 60, schema=fresh_isp.schema_name, username=b"a\tb\\c\n\xff", session_id='"\\x00')
    seen: list[list[Report]] = []
    assert store.record(odd, lambda ok: seen.append([*_committed(ok)]))
    until(lambda: bool(seen))
    assert seen == [[reports.of(odd)]]


def _committed(ok: bool) -> list[Report]:
    """What another connection sees at this very moment."""
    line = database.connect("test")
    with line, line.cursor() as cursor:
        cursor.execute("SELECT body FROM tenants_radiusrecord WHERE kind = 'acct'")
        found = [report for row in cursor.fetchall() for report in reports.read(row[0])]
    line.close()
    return found if ok else []


def test_records_are_committed_in_batches(store: LiveStore, fresh_isp: Isp) -> None:
    done = Answers()
    for number in range(2000):
        assert store.record(record("start", schema=fresh_isp.schema_name, session_id=f"{number}"), done)
    until(lambda: len(done.all) == 2000)
    assert all(done.all)
    assert len(bodies()) == 2000
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tenants_radiusrecord")
        assert cursor.fetchone()[0] < 200


def test_without_a_database_records_go_to_disk_and_come_back(
    away: threading.Event, store: LiveStore, fresh_isp: Isp, tmp_path: Path
) -> None:
    done = Answers()
    for number in range(50):
        store.record(record("start", schema=fresh_isp.schema_name, session_id=f"{number}"), done)
    until(lambda: len(done.all) == 50)
    assert all(done.all)
    assert bodies() == []
    assert list(tmp_path.glob("*.spool"))
    away.clear()
    more = Answers()

    def told() -> bool:
        store.record(record("stop", schema=fresh_isp.schema_name, session_id="last"), more)
        return store.counts["journaled"] > 0

    until(told, 10)
    until(lambda: {each.session_id for each in bodies()} >= {str(number) for number in range(50)}, 10)
    until(lambda: not list(tmp_path.glob("*.spool")), 10)


def test_a_spool_file_comes_back_although_no_record_follows(
    away: threading.Event, store: LiveStore, fresh_isp: Isp, tmp_path: Path
) -> None:
    """The routers may ask another worker from now on; what lies here must not wait for them."""
    done = Answers()
    store.record(record("start", schema=fresh_isp.schema_name, session_id="only"), done)
    until(lambda: done.all == [True])
    assert list(tmp_path.glob("*.spool"))
    away.clear()
    until(lambda: [each.session_id for each in bodies()] == ["only"], 10)
    until(lambda: not list(tmp_path.glob("*.spool")), 10)


def test_neither_database_nor_disk_is_no_acknowledgement(
    away: threading.Event, store: LiveStore, fresh_isp: Isp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: spool.Spool, entries: object) -> None:
        raise spool.Full("no space")

    monkeypatch.setattr(spool.Spool, "write", full)
    done = Answers()
    store.record(record("start", schema=fresh_isp.schema_name), done)
    until(lambda: done.all == [False])


def test_a_commit_of_unknown_outcome_is_spooled_too(
    store: LiveStore, fresh_isp: Isp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = journal.append

    def torn(line: Any, entries: Any) -> None:
        real(line, entries)
        monkeypatch.undo()
        raise psycopg2.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(journal, "append", torn)
    done = Answers()
    store.record(record("start", schema=fresh_isp.schema_name, session_id="twice"), done)
    until(lambda: done.all == [True])
    assert store.counts["spooled"] == 1
    assert len(bodies()) == 1


def test_a_hung_database_is_given_up(fresh_isp: Isp) -> None:
    patience = database.Patience()
    line = database.connect("test")
    with line.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        with pytest.raises(psycopg2.Error), patience.over(line, 0.3):
            cursor.execute("SELECT pg_sleep(20)")
    line.close()
    patience.close()


def test_an_entry_the_journal_refuses_is_put_aside(fresh_isp: Isp, tmp_path: Path) -> None:
    RadiusRecord.objects.all().delete()
    files = spool.Spool(tmp_path, reserve=0)
    [good] = journal.of_records([record("start", schema=fresh_isp.schema_name)])
    files.write([good, journal.Entry("t_" + "a" * 99, "acct", T0, "[]"), good])
    files.let_go()
    assert drainer.drain(tmp_path, database.Patience()) == 3
    assert len(bodies()) == 2
    assert len((tmp_path / "refused.jsonl").read_bytes().splitlines()) == 1
    RadiusRecord.objects.all().delete()


def test_a_full_queue_says_no(fresh_isp: Isp, tmp_path: Path) -> None:
    patience = database.Patience()
    idle = LiveStore(tmp_path, LiveFacts(patience=patience), patience)  # its threads were never started
    done = Answers()
    taken = sum(idle.record(record("start"), done) for _ in range(writer.MOST + 5))
    assert taken == writer.MOST
    idle.close(0.1)
    assert done.all == [False] * writer.MOST


def test_attempts_follow_with_their_trace(store: LiveStore, fresh_isp: Isp) -> None:
    ask = request("AA:BB:CC:00:00:01")
    ask = replace(ask, nas=replace(ask.nas, schema=fresh_isp.schema_name))
    steps = (Step("known", True, "Found."), Step("ended", False, "Over."))
    store.attempt(ask, Reject("ended", "Sorry.", steps, 5), T0, 80)
    store.attempt(ask, Accept(5, 3, 60, 1 << 33, 1000, 2000, 60, b"km2.5.x"), T0, 90)

    def lines() -> list[str]:
        return [
            line
            for each in LoginBatch.objects.filter(schema=fresh_isp.schema_name).order_by("pk")
            for line in each.body.splitlines()
        ]

    until(lambda: len(lines()) == 2)
    no, yes = (dict(zip(COLUMNS, line.split("\t"), strict=True)) for line in lines())
    assert (no["code"], no["sentence"]) == ("ended", "Over.")
    assert json.loads(no["trace"]) == [["known", True, "Found."], ["ended", False, "Over."]]
    assert json.loads(yes["sent"])["Session-Timeout"] == "60"
    assert int(yes["record_id"]) == int(no["record_id"]) + 1
    assert "password" not in str(no)
    LoginBatch.objects.all().delete()


def test_a_clock_starts_once_and_at_its_first_use(store: LiveStore, fresh_isp: Isp) -> None:
    with scope.inside(fresh_isp.schema_name):
        voucher = make_voucher(plan=make_plan(validity_seconds=3600))
    done = Answers()
    for late in (0, 50, 100):
        assert store.start_clock(
            fresh_isp.schema_name, voucher.service_id, (T0 + late, T0 + late + 3600), done
        )
        until(lambda late=late: len(done.all) == late // 50 + 1)
    assert done.all == [True, True, True]
    with scope.inside(fresh_isp.schema_name):
        service = Service.objects.get(pk=voucher.service_id)
    assert (service.first_used_at, service.expires_at) == (moment(T0), moment(T0 + 3600))


def test_a_clock_that_cannot_start_is_said_so(store: LiveStore, fresh_isp: Isp) -> None:
    with scope.inside(fresh_isp.schema_name):
        void = make_voucher(status="void")
    done = Answers()
    for schema, service_id in (
        (fresh_isp.schema_name, 999_999),
        ("t_zzzzzzzzzzzz", 1),
        (fresh_isp.schema_name, void.service_id),
    ):
        store.start_clock(schema, service_id, (T0, None), done)
    until(lambda: len(done.all) == 3)
    assert not any(done.all)


def test_an_end_set_by_hand_is_not_moved_outwards(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        voucher = make_voucher(plan=make_plan(validity_seconds=10**6), expires_at=NOW + timedelta(hours=1))
        endless = make_voucher(plan=make_plan(validity_seconds=None))
    used = NOW.timestamp()
    asked = {voucher.service_id: (used, used + 10**6), endless.service_id: (used, None)}
    assert clocks.start(isp.schema_name, asked) == set(asked)
    with scope.inside(isp.schema_name):
        assert Service.objects.get(pk=voucher.service_id).expires_at == NOW + timedelta(hours=1)
        assert Service.objects.get(pk=endless.service_id).expires_at is None
