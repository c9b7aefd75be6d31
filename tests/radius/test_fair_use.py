"""Fair use from the packet that crosses it to the turn of the period: octets on the wire, projector, news, enforcer, CoA
to a router's socket, proof, and the timeline with bytes. The clock is the workers'; nothing here waits for time to pass."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from accounts.models import JournalEntry
from dashboard import timeline as pages
from radius import database, enforcer, projector, rounds, tasks, timeline, wire
from radius.enforcer import Enforcer
from radius.events import Ask, Nas, Port
from radius.models import Session
from subscribers.models import Service, Usage
from tenants import scope
from tenants.models import Isp
from tests.factories import make_plan, make_service, make_subscriber
from tests.radius import vectors as v
from tests.radius.records import T0, put
from tests.radius.test_change import at
from tests.radius.test_coa import Router, ack

GIB = 2**30
STAGE = {"period": "day", "after_bytes": 6 * GIB, "download_bps": 512_000, "upload_bps": 256_000}
MIDNIGHT = datetime(2026, 11, 18, 21, tzinfo=UTC).timestamp()  # in Nairobi, the end of T0's day
START, INTERIM = 1, 3


class Clock:
    """The workers' clock: it goes on by what they wait between two rounds."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)


class World:
    """One router, one subscriber, and the processes of RADIUS turned by hand."""

    def __init__(self, isp: Isp, clock: Clock, service: Service, asked: list[tuple[str, Any]]) -> None:
        self.isp, self.clock, self.service, self._asked = isp, clock, service, asked
        self._line = database.connect("test")
        with self._line.cursor() as cursor:
            cursor.execute("LISTEN kmikro_facts")
        self._enforcer = Enforcer(clock=clock)
        self._enforcer.call_roll({isp.schema_name})
        self.turn()

    def report(self, kind: int, seconds: int, upload: int, download: int) -> None:
        """An Accounting-Request as RouterOS sends it, read by the codec and journalled."""
        body = (
            v.whole(40, kind) + v.attribute(44, b"81a00001") + v.attribute(1, b"nemo") + v.whole(46, seconds)
        )
        body += v.attribute(31, b"AA:BB:CC:00:11:22") + v.attribute(8, bytes((10, 5, 50, 20)))
        if kind == INTERIM:
            for octets, low, high in ((upload, 42, 52), (download, 43, 53)):
                body += v.whole(low, octets & 0xFFFFFFFF) + v.whole(high, octets >> 32)
        nas = Nas(self.isp.schema_name, 7, "127.0.8.1", v.SECRET)
        asked = wire.read(v.accounting(body), nas, ("127.0.8.1", 40_000), Port.ACCT, self.clock.now)
        assert isinstance(asked, Ask)
        put(asked.question)  # type: ignore[arg-type]  # it is an AccountingRecord

    def fold(self) -> None:
        self.clock.now += rounds.PAUSE
        while projector.project(self.clock.moment())[0]:
            pass

    def turn(self) -> None:
        """The enforcer hears the database's news and looks; the workers then do what was asked for."""
        self.clock.now += enforcer.GATHER
        with self._line.cursor() as cursor:
            cursor.execute("SELECT 1")
        self._line.poll()
        while self._line.notifies:
            self._enforcer.hear(self._line.notifies.pop(0).payload)
        self._enforcer.turn()
        while self._asked:
            name, args = self._asked.pop(0)
            getattr(tasks, name.rpartition(".")[2])(*args)

    def session(self) -> Session:
        with scope.inside(self.isp.schema_name):
            return Session.objects.get(service=self.service)

    def journal(self) -> list[tuple[str, dict[str, Any]]]:
        with scope.inside(self.isp.schema_name):
            rows = JournalEntry.objects.filter(verb__startswith="speed.").order_by("pk")
            return list(rows.values_list("verb", "facts"))

    def close(self) -> None:
        self._line.close()


@pytest.fixture
def router(fresh_isp: Isp) -> Iterator[Router]:
    made = at(fresh_isp, Router(ack, "127.0.8.1"))
    yield made
    made.close()


@pytest.fixture
def world(fresh_isp: Isp, router: Router, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    clock, asked = Clock(T0), list[tuple[str, Any]]()

    class Worker(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return clock.moment()

    class Wish:
        def __init__(self, name: str, args: Any) -> None:
            self._what = (name, args)

        def apply_async(self, **_: Any) -> None:
            asked.append(self._what)

    monkeypatch.setattr("radius.tasks.datetime", Worker)
    monkeypatch.setattr("radius.wishes.signature", Wish)
    with scope.inside(fresh_isp.schema_name):
        plan = make_plan(stages=[STAGE], validity_seconds=None)
        service = make_service(
            code="nemo", kind="account", label="nemo", plan=plan, subscriber=make_subscriber()
        )
    made = World(fresh_isp, clock, service, asked)
    yield made
    made.close()


def rate(router: Router) -> bytes:
    """The last Mikrotik-Rate-Limit that the router was told."""
    request = router.heard[-1][1]
    assert request[0] == 43
    ours = b"\x00\x00\x3a\x8c\x08"  # MikroTik, 8
    told = (value for kind, value in v.attributes_of(request) if kind == 26)
    return next(value[6:] for value in told if value[:5] == ours)


def test_crossed_throttled_within_ten_seconds_and_restored_at_the_turn(world: World, router: Router) -> None:
    assert datetime.fromtimestamp(T0, UTC) < datetime.fromtimestamp(MIDNIGHT, UTC) < datetime.fromtimestamp(T0, UTC) + timedelta(days=1)  # fmt: skip
    world.report(START, 0, 0, 0)
    world.fold()
    world.turn()
    # 5 GiB are beyond what 32 bits hold, and below the stage.
    world.clock.now = T0 + 3600
    world.report(INTERIM, 3600, GIB // 2, 9 * GIB // 2)
    world.fold()
    world.turn()
    assert (router.heard, world.session().told) == ([], "")
    # The report that crosses it: told, agreed and written down, by the workers' clock within ten seconds.
    crossed = world.clock.now = T0 + 7200
    world.report(INTERIM, 7200, GIB, 6 * GIB)
    world.fold()
    world.turn()
    assert world.clock.now - crossed <= 10
    assert (rate(router), world.session().told) == (b"256k/512k", "s1")
    assert (world.session().change_state, world.session().download_bytes) == ("changed", 6 * GIB)
    [(verb, facts)] = world.journal()
    assert verb == "speed.slower"
    assert (facts["bytes"], facts["of_bytes"], facts["period"], facts["stage"]) == (
        7 * GIB,
        6 * GIB,
        "day",
        1,
    )
    assert facts["bytes"] > 2**32
    # The same report once more and one that adds little change nothing.
    count = len(router.heard)
    world.report(INTERIM, 7200, GIB, 6 * GIB)
    world.report(INTERIM, 7260, GIB, 6 * GIB + 1)
    world.fold()
    world.turn()
    assert (len(router.heard), len(world.journal())) == (count, 1)
    # The turn of the period gives the speed back by the clock alone.
    world.clock.now = MIDNIGHT - enforcer.GATHER - 1
    world.turn()
    assert len(router.heard) == count
    world.clock.now = MIDNIGHT
    world.turn()
    assert world.clock.now - MIDNIGHT <= 10
    assert (rate(router), world.session().told) == (b"2M/5M", "")
    verb, facts = world.journal()[-1]
    assert (verb, facts["bytes"], facts["of_bytes"], facts["changed"]) == (
        "speed.restored", 0, 6 * GIB, ["s1", ""],
    )  # fmt: skip
    with scope.inside(world.isp.schema_name):
        used = Usage.objects.get(
            service=world.service, hour=datetime.fromtimestamp((T0 + 7200) // 3600 * 3600, UTC)
        )
        assert used.download_bytes + used.upload_bytes == 2 * GIB + 1
        owner = Service.objects.get(pk=world.service.pk).subscriber
        assert owner is not None
        events, _more = timeline.page(owner, zone=ZoneInfo("Africa/Nairobi"))
        shown = [pages.words(event) for event in events if event.what.startswith("speed.")]
    assert [title for title, _text in shown] == ["Speed given back", "Slower by fair use"]
    assert "7.5 GB" in shown[1][1].replace("\u00a0", " ") and "512 kbps down" in shown[1][1].replace(
        "\u00a0", " "
    )
