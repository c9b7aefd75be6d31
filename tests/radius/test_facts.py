"""What a worker remembers of services, alone and beside a real database that changes under it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import replace
from operator import attrgetter
from typing import Any

import pytest
from django.db import connection

from radius import lookup, token
from radius.behind import LiveWorker
from radius.database import Patience
from radius.events import Accept, AccessRequest, AccountingRecord, Nas
from radius.facts import LiveFacts
from radius.known import Live, PlanFacts
from radius.packing import Found
from radius.ports import Busy, Unavailable
from subscribers.models import Plan, Service
from tenants import scope
from tenants.models import Isp
from tests.factories import make_plan, make_service, make_session, make_voucher
from tests.radius.fakes import facts as some_facts
from tests.radius.records import record
from tests.radius.running import until

SCHEMA = "t_aaaaaaaaaaaa"


class Books:
    """A database in memory: what it holds, how often it was read, whether it answers."""

    def __init__(self) -> None:
        self.found: Found | None = Found(some_facts(devices=1), "digest", ())
        self.reads = 0
        self.away = False
        self.busy = ""
        self.asked: list[str] = []
        self.during: Any = None

    def __call__(self, schema: str, username: bytes, at: float) -> Found | None:
        self.reads += 1
        self.asked.append(schema)
        if schema == self.busy:
            raise Busy
        if self.away:
            raise Unavailable
        found = self.found
        if self.during:
            self.during()
        return found

    def again(
        self, schema: str, changed: Collection[str], plans: Collection[int], at: float
    ) -> tuple[list[Found], list[PlanFacts]]:
        found = self(schema, b"", at)
        assert found is not None
        return [found] * ("digest" in changed), [found.facts.plan] * (found.facts.plan.plan_id in plans)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(books: Books, clock: Clock) -> LiveFacts:
    kept = LiveFacts(books, clock=clock, steady=clock, most=3)
    kept.heard(clock())
    return kept


def test_a_name_is_read_once_while_the_listener_hears(memory: LiveFacts, books: Books) -> None:
    assert memory.of(SCHEMA, b"nemo") == memory.of(SCHEMA, b"nemo") == some_facts(devices=1)
    assert books.reads == 1


def test_an_unknown_name_is_never_remembered(memory: LiveFacts, books: Books) -> None:
    books.found = None
    assert memory.of(SCHEMA, b"nemo") is None
    books.found = Found(some_facts(), "digest", ())
    assert memory.of(SCHEMA, b"nemo") is not None


@pytest.mark.parametrize("told", [f"{SCHEMA} s digest", f"{SCHEMA} p 3", "what is this"])
def test_a_change_is_read_anew(memory: LiveFacts, books: Books, told: str) -> None:
    memory.of(SCHEMA, b"nemo")
    memory.forget(told)
    memory.of(SCHEMA, b"nemo")
    assert books.reads == 2


@pytest.mark.parametrize("told", [f"{SCHEMA} s other", f"{SCHEMA} p 4", "t_bbbbbbbbbbbb p 3"])
def test_news_of_others_change_nothing(memory: LiveFacts, books: Books, told: str) -> None:
    memory.of(SCHEMA, b"nemo")
    memory.forget(told)
    memory.of(SCHEMA, b"nemo")
    assert books.reads == 1


def test_news_during_a_read_keep_it_from_being_remembered(memory: LiveFacts, books: Books) -> None:
    books.during = lambda: memory.forget(f"{SCHEMA} s digest")
    memory.of(SCHEMA, b"nemo")
    books.during = None
    memory.of(SCHEMA, b"nemo")
    assert books.reads == 2


def test_without_a_listener_everything_is_read(memory: LiveFacts, books: Books) -> None:
    memory.of(SCHEMA, b"nemo")
    memory.lost()
    memory.of(SCHEMA, b"nemo")
    memory.of(SCHEMA, b"nemo")
    assert books.reads == 3


def test_a_lock_in_one_isp_holds_up_no_other(memory: LiveFacts, books: Books, clock: Clock) -> None:
    books.busy = SCHEMA
    for _ in range(50):
        with pytest.raises(Unavailable):
            memory.of(SCHEMA, b"nemo")
        assert memory.of("t_bbbbbbbbbbbb", b"nemo") is not None
        clock.now += 0.01
        memory.heard(clock())
    assert books.asked.count(SCHEMA) == 1, "each try would cost everybody the time that a lock is waited for"
    books.busy = ""
    clock.now += 10
    memory.heard(clock())
    assert memory.of(SCHEMA, b"nemo") is not None


def test_doubt_and_no_database_is_silence(memory: LiveFacts, books: Books, clock: Clock) -> None:
    memory.of(SCHEMA, b"nemo")
    memory.lost()
    books.away = True
    with pytest.raises(Unavailable):
        memory.of(SCHEMA, b"nemo")
    clock.now += 0.1
    with pytest.raises(Unavailable):
        memory.of(SCHEMA, b"nemo")
    assert books.reads == 2  # it is not asked again at once
    books.away = False
    clock.now += 1
    assert memory.of(SCHEMA, b"nemo") is not None


def test_while_postgresql_is_away_memory_answers_for_ten_minutes(
    memory: LiveFacts, books: Books, clock: Clock
) -> None:
    memory.of(SCHEMA, b"nemo")
    memory.lost()
    books.away = True
    for _ in range(590):
        clock.now += 0.5
        memory.refused(clock())
        clock.now += 0.5
        assert memory.of(SCHEMA, b"nemo") is not None
        memory.refused(clock())
    with pytest.raises(Unavailable):
        memory.of(SCHEMA, b"captain")  # not in memory
    for _ in range(22):
        clock.now += 0.5
        memory.refused(clock())
    with pytest.raises(Unavailable):
        memory.of(SCHEMA, b"nemo")


def test_what_changed_is_read_anew_before_anybody_asks(memory: LiveFacts, books: Books) -> None:
    memory.of(SCHEMA, b"nemo")
    assert not memory.refresh(books.again)
    memory.forget(f"{SCHEMA} s digest")
    books.found = Found(some_facts(status="suspended"), "digest", ())
    assert memory.refresh(books.again)
    assert not memory.refresh(books.again)
    books.away = True
    found = memory.of(SCHEMA, b"nemo")
    assert found is not None
    assert found.status == "suspended"


def test_news_during_a_refresh_make_it_read_once_more(memory: LiveFacts, books: Books) -> None:
    memory.of(SCHEMA, b"nemo")
    memory.forget(f"{SCHEMA} s digest")
    books.during = lambda: memory.forget(f"{SCHEMA} s digest")
    assert memory.refresh(books.again)
    assert len(memory) == 0
    books.during = None
    assert memory.refresh(books.again)
    assert len(memory) == 1


def test_a_changed_plan_is_read_anew_once_for_all_its_services(memory: LiveFacts, books: Books) -> None:
    for name in (b"nemo", b"NEMO"):
        memory.of(SCHEMA, name)
    memory.forget(f"{SCHEMA} p 3")
    books.found = Found(some_facts(devices=2), "digest", ())
    books.reads = 0
    assert memory.refresh(books.again)
    books.away = True
    for name in (b"nemo", b"NEMO"):
        found = memory.of(SCHEMA, name)
        assert found is not None
        assert found.plan.devices == 2
    assert books.reads == 1


def test_news_of_a_plan_while_it_is_read_keep_it_from_being_remembered(
    memory: LiveFacts, books: Books
) -> None:
    memory.of(SCHEMA, b"nemo")
    memory.forget(f"{SCHEMA} p 3")
    books.during = lambda: memory.forget(f"{SCHEMA} p 3")
    assert memory.refresh(books.again)
    books.during = None
    books.found = Found(some_facts(devices=2), "digest", ())
    assert getattr(memory.of(SCHEMA, b"nemo"), "plan").devices == 2  # noqa: B009 - it may be None


def test_a_device_that_left_the_list_is_not_let_in_from_memory(memory: LiveFacts, books: Books) -> None:
    mac = "AA:BB:CC:DD:EE:FF"
    books.found = Found(some_facts(), "digest", (), (mac,), mac)
    for _ in range(2):
        found = memory.of(SCHEMA, mac.encode())
        assert found is not None
        assert (found.device, found.secret, found.nt_hash) == (mac, None, None)
    assert books.reads == 1
    memory.forget(f"{SCHEMA} s digest")
    books.found = Found(some_facts(), "digest", (), ())
    assert memory.refresh(books.again)
    books.found = None
    assert memory.of(SCHEMA, mac.encode()) is None


def test_what_could_not_be_read_anew_is_tried_again(memory: LiveFacts, books: Books) -> None:
    memory.of(SCHEMA, b"nemo")
    memory.forget(f"{SCHEMA} s digest")
    memory.forget(f"{SCHEMA} p 3")
    books.away = True
    assert not memory.refresh(books.again)
    books.away = False
    assert memory.refresh(books.again)
    books.away = True
    assert memory.of(SCHEMA, b"nemo") == some_facts(devices=1)


def test_memory_is_bounded() -> None:
    clock = Clock()
    memory = LiveFacts(
        lambda schema, name, at: Found(some_facts(label=name.decode()), lookup.lookups(schema, name)[0]),
        clock=clock,
        steady=clock,
        most=3,
    )
    memory.heard(clock())
    for number in range(50):
        found = memory.of(SCHEMA, b"%d" % number)
        assert found is not None
        assert found.label == str(number)
    assert len(memory) == 3
    memory.forget(f"{SCHEMA} s {lookup.lookups(SCHEMA, b'49')[0]}")
    assert len(memory) == 2


def request(mac: str, session_id: str = "", router_id: int = 1) -> AccessRequest:
    nas = Nas(SCHEMA, router_id, "127.0.0.1", b"x")
    return AccessRequest(
        nas, 1, bytes(16), ("127.0.0.1", 1), b"nemo", b"", None, mac=mac, session_id=session_id
    )


def accept() -> Accept:
    return Accept(5, 3, None, None, 0, 0, 60, b"")


def live(memory: LiveFacts) -> list[str]:
    found = memory.of(SCHEMA, b"nemo")
    assert found is not None
    return [each.mac for each in found.live]


def test_an_accept_counts_as_a_device_for_some_seconds(memory: LiveFacts, clock: Clock) -> None:
    memory.accepted(request("A"), accept(), clock())
    assert live(memory) == ["A"]
    memory.accepted(request("A"), accept(), clock())  # the same device once more
    assert live(memory) == ["A"]
    clock.now += 16
    memory.heard(clock())
    assert live(memory) == []


def test_a_session_of_the_database_takes_the_place_of_its_accept(
    memory: LiveFacts, books: Books, clock: Clock
) -> None:
    memory.accepted(request("A", "s1"), accept(), clock())
    there = Live("s1", "A", 1, clock())
    books.found = Found(replace(some_facts(), live=(there,)), "digest", ())
    assert live(memory) == ["A"]
    memory.forget(f"{SCHEMA} s digest")
    books.found = Found(some_facts(), "digest", (there,))  # it came and went
    assert live(memory) == []


def test_a_stop_that_is_not_folded_yet_frees_the_device(
    memory: LiveFacts, books: Books, clock: Clock
) -> None:
    books.found = Found(replace(some_facts(), live=(Live("s1", "A", 1, clock() - 60),)), "digest", ())
    assert live(memory) == ["A"]
    stop: AccountingRecord = record("stop", schema=SCHEMA, session_id="s1", received_at=clock())
    memory.recorded(stop)
    assert live(memory) == []


def test_a_stop_frees_the_device_that_was_let_in_but_not_its_next_session(
    memory: LiveFacts, clock: Clock
) -> None:
    stop = record("stop", schema=SCHEMA, session_id="s1", mac="A", class_=token.issue(SCHEMA, 5))
    memory.accepted(request("A", "s1"), accept(), clock())
    memory.recorded(replace(stop, mac="B", session_id="s9"))
    assert live(memory) == ["A"]
    memory.recorded(stop)
    assert live(memory) == []
    memory.accepted(request("A", "s2"), accept(), clock())
    memory.recorded(stop)
    assert live(memory) == ["A"]


# The real one.


@pytest.fixture
def worker(fresh_isp: Isp, tmp_path: Any) -> Iterator[LiveWorker]:
    made = LiveWorker(tmp_path)
    made.start()
    yield made
    made.close(2)


def test_voucher_codes_are_found_however_typed_and_accounts_exactly(isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        voucher = make_voucher(plan=make_plan(devices=2, data_limit_bytes=5))
        make_service(code="Ana.Net", kind="account", secret="se\u00f1or")
        make_session(service=voucher.service, mac="M")
    now, patience = time.time(), Patience()
    typed = f" {voucher.code[:4].lower()}-{voucher.code[4:]}".encode()
    found = lookup.find(isp.schema_name, typed, now, patience)
    assert found is not None
    assert (found.facts.service_id, found.facts.secret, found.facts.plan.devices) == (
        voucher.service_id,
        None,
        2,
    )
    assert (found.facts.plan.data_limit_bytes, [each.mac for each in found.facts.live]) == (5, ["M"])
    account = lookup.find(isp.schema_name, b"Ana.Net", now, patience)
    assert account is not None
    assert account.facts.secret == "se\u00f1or".encode()
    for other in (b"ana.net", b"Ana.Net ", b"Ana\0Net", b"\xff\xfe", b"' OR 1=1--"):
        assert lookup.find(isp.schema_name, other, now, patience) is None


def test_a_neighbours_name_is_not_found(isp: Isp, neighbour: Isp) -> None:
    with scope.inside(isp.schema_name):
        voucher = make_voucher()
    assert lookup.find(neighbour.schema_name, voucher.code.encode(), time.time(), Patience()) is None
    assert lookup.find("", voucher.code.encode(), time.time(), Patience()) is None
    assert lookup.find("public", voucher.code.encode(), time.time(), Patience()) is None


def test_a_committed_change_is_in_force_within_a_second(fresh_isp: Isp, worker: LiveWorker) -> None:
    schema = fresh_isp.schema_name
    with scope.inside(schema):
        voucher = make_voucher(plan=make_plan(download_bps=1000))
    name = voucher.code.encode()
    until(lambda: worker.facts.of(schema, name) is not None and len(worker.facts) == 1)
    changes: list[tuple[Any, str, Any]] = [
        (
            lambda: Service.objects.filter(pk=voucher.service_id).update(status="suspended"),
            "status",
            "suspended",
        ),
        (lambda: Plan.objects.update(download_bps=2000), "plan.download_bps", 2000),
        (lambda: Service.objects.filter(pk=voucher.service_id).update(upload_bytes=7), "data_used", 7),
    ]
    for change, field, value in changes:
        with scope.inside(schema):
            change()
        committed_at = time.monotonic()
        until(lambda: attrgetter(field)(worker.facts.of(schema, name)) == value, 1.0)  # noqa: B023 - used at once
        assert time.monotonic() - committed_at < 1.0
        assert len(worker.facts) == 1  # and it is remembered again


def test_a_worker_that_lost_its_listener_reads_again_and_recovers(fresh_isp: Isp, worker: LiveWorker) -> None:
    schema = fresh_isp.schema_name
    with scope.inside(schema):
        voucher = make_voucher()
    name = voucher.code.encode()
    until(lambda: worker.facts.of(schema, name) is not None and len(worker.facts) == 1)
    with scope.inside(schema):
        Service.objects.filter(pk=voucher.service_id).update(status="void")
    _cut_listeners()
    until(lambda: getattr(worker.facts.of(schema, name), "status", "") == "void", 1.0)
    until(lambda: worker.facts.of(schema, name) is not None and len(worker.facts) == 1)


def _cut_listeners() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = 'kmikro radius listener' AND datname = current_database()"
        )
        assert cursor.fetchone()[0] >= 1
