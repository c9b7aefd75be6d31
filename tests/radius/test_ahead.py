"""Reading ahead: who is read before being asked for, what is dropped, and that no news is missed."""

from __future__ import annotations

from typing import Any

import pytest

from radius import lookup, news
from radius.backoff import PAUSES
from radius.behind import LiveWorker
from radius.database import Patience
from radius.facts import LiveFacts, ReadPage
from radius.lookup import lookups
from radius.packing import Found
from radius.ports import Unavailable
from subscribers.models import Service
from tenants import scope
from tenants.models import Isp
from tests.factories import make_plan, make_service, make_session
from tests.radius.fakes import facts as some_facts
from tests.radius.running import until
from tests.radius.test_facts import SCHEMA, Books, Clock

NAMES = [b"amy", b"bob", b"cid", b"dan", b"eve"]


def found(number: int) -> Found:
    name = NAMES[number]
    return Found(some_facts(service_id=number + 1, label=name.decode()), lookups(SCHEMA, name)[0], ())


class Pages:
    """An ISP of five people, read newest first, two a page."""

    def __init__(self) -> None:
        self.reads = 0
        self.during = lambda: None
        self.away = False

    def __call__(self, schema: str, before: int | None, at: float) -> list[Found]:
        self.reads += 1
        if self.away:
            raise Unavailable
        below = 5 if before is None else before - 1
        page = [found(number) for number in range(max(0, below - 2), below)][::-1]
        self.during()
        return page


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(books: Books, clock: Clock) -> LiveFacts:
    kept = LiveFacts(books, clock=clock, steady=clock, most=6)
    kept.heard(clock())
    return kept


def read_all(memory: LiveFacts, pages: ReadPage) -> None:
    while memory.foresee(0, pages):
        pass


def test_one_question_brings_the_whole_isp(memory: LiveFacts, books: Books) -> None:
    pages = Pages()
    assert not memory.foresee(0, pages)
    assert pages.reads == 0, "nobody has asked yet"
    memory.of(SCHEMA, b"somebody")
    read_all(memory, pages)
    assert (pages.reads, len(memory), books.reads) == (3, 6, 1)
    for number, name in enumerate(NAMES):
        assert memory.of(SCHEMA, name) == found(number).facts
        assert memory.of(SCHEMA, name) == found(number).facts
    assert (len(memory), books.reads) == (6, 1)


def test_memory_stays_bounded(books: Books) -> None:
    clock = Clock()
    memory = LiveFacts(books, clock=clock, steady=clock, most=3)
    memory.heard(clock())
    memory.of(SCHEMA, b"somebody")
    read_all(memory, Pages())
    assert len(memory) == 3
    for name in (b"one", b"two", b"three", b"four"):
        memory.of(SCHEMA, name)
        assert len(memory) == 3


def test_what_changed_while_it_was_read_is_not_kept(memory: LiveFacts, books: Books) -> None:
    pages = Pages()
    memory.of(SCHEMA, b"somebody")
    pages.during = lambda: memory.forget(f"{SCHEMA} s {found(4).lookup}")
    memory.foresee(0, pages)
    assert len(memory) == 2
    memory.of(SCHEMA, b"eve")
    assert books.reads == 2


def test_what_changed_after_it_was_read_is_dropped(memory: LiveFacts, books: Books) -> None:
    memory.of(SCHEMA, b"somebody")
    read_all(memory, Pages())
    memory.forget(f"{SCHEMA} s {found(0).lookup}")
    memory.of(SCHEMA, b"amy")
    assert books.reads == 2
    memory.forget(f"{SCHEMA} p {found(0).facts.plan.plan_id}")
    memory.of(SCHEMA, b"bob")
    assert books.reads == 3
    memory.of(SCHEMA, b"cid")
    assert books.reads == 3, "the plan is known again"


@pytest.mark.parametrize("loss", ["forget_all", "lost"])
def test_after_a_loss_all_is_read_again(memory: LiveFacts, books: Books, loss: str) -> None:
    pages = Pages()
    memory.of(SCHEMA, b"somebody")
    pages.during = getattr(memory, loss)
    memory.foresee(0, pages)
    pages.during = lambda: None
    memory.forget_all()
    memory.heard(1000.0)
    assert len(memory) == 0
    read_all(memory, pages)
    assert len(memory) == 5


def test_an_isp_that_could_not_be_read_is_read_on_from_there_after_a_while(
    memory: LiveFacts, books: Books, clock: Clock
) -> None:
    pages = Pages()
    memory.of(SCHEMA, b"somebody")
    assert memory.foresee(0, pages)
    pages.away = True
    assert memory.foresee(0, pages)
    assert not memory.foresee(0, pages)
    assert pages.reads == 2, "not at once"
    pages.away, pages.reads = False, 0
    clock.now += PAUSES[0]
    memory.heard(clock())
    read_all(memory, pages)
    assert (pages.reads, len(memory)) == (2, 6)
    pages.away = True
    memory.forget_all()
    assert memory.foresee(0, pages)
    memory.forget_all()
    clock.now += PAUSES[1]
    memory.heard(clock())
    pages.away, pages.reads = False, 0
    read_all(memory, pages)
    assert (pages.reads, len(memory)) == (4, 5), "after a loss nothing counts as read"


def test_one_isp_that_cannot_be_read_holds_up_no_other(memory: LiveFacts) -> None:
    pages, asked = Pages(), list[str]()

    def read(schema: str, before: int | None, at: float) -> list[Found]:
        asked.append(schema)
        if schema != SCHEMA:
            raise Unavailable
        return pages(schema, before, at)

    for schema in ("t_bbbbbbbbbbbb", SCHEMA):
        memory.of(schema, b"somebody")
    read_all(memory, read)
    assert asked.count("t_bbbbbbbbbbbb") == 1
    assert asked.count(SCHEMA) > 1


def test_news_too_old_to_tell_apart_is_news_of_everything() -> None:
    told = news.News(most=2)
    told.of(("a", "s 1"))
    assert told.since(0, [("a", "s 1")])
    assert not told.since(1, [("a", "s 1")])
    assert not told.since(0, [("a", "s 2")])
    told.of(("a", "s 2"))
    told.of(("a", "s 3"))
    assert told.since(0, [("a", "s 9")])
    assert not told.since(1, [("a", "s 9")])
    told.of_everything()
    assert told.since(3, ())
    assert not told.since(4, [("a", "s 3")])


def test_a_page_says_what_a_single_read_says(fresh_isp: Isp) -> None:
    schema, patience = fresh_isp.schema_name, Patience()
    with scope.inside(schema):
        plan = make_plan(devices=3)
        services = [make_service(code=name.decode(), kind="account", plan=plan) for name in NAMES]
        make_session(service=services[0])
        make_service(code="gone", kind="account", plan=plan, status="ended")
    now = services[0].made_at.timestamp()
    first = lookup.page(schema, None, 3, now, patience)
    rest = lookup.page(schema, first[-1].facts.service_id, 3, now, patience)
    assert [each.facts.service_id for each in first + rest] == [each.pk for each in services][::-1]
    singly = [lookup.find(schema, name, now, patience) for name in NAMES]
    assert (first + rest)[::-1] == singly
    assert lookup.page(schema, rest[-1].facts.service_id, 3, now, patience) == []
    assert lookup.page("not a schema", None, 3, now, patience) == []
    patience.close()


def test_a_worker_reads_ahead_and_still_hears_of_changes(fresh_isp: Isp, tmp_path: Any) -> None:
    schema = fresh_isp.schema_name
    with scope.inside(schema):
        plan = make_plan()
        services = [make_service(code=name.decode(), kind="account", plan=plan) for name in NAMES]
    worker = LiveWorker(tmp_path)
    worker.start()
    try:
        until(lambda: worker.facts.of(schema, NAMES[0]) is not None and len(worker.facts) == 5)
        with scope.inside(schema):
            Service.objects.filter(pk=services[4].pk).update(status="suspended")
        until(lambda: len(worker.facts) == 4, 1.0)
        suspended = worker.facts.of(schema, NAMES[4])
        assert suspended is not None
        assert suspended.status == "suspended"
    finally:
        worker.close(2)
