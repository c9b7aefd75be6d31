"""Visits of a worker at real routers: leases with a fence, two connections, breakers, drift before repair."""

import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kmikro.lib.refusal import Refusal
from routers import device, health, lease, pace, progress, seats, talks, tasks, telling, watching
from routers.models import Incident, LogLine, Outage, Router, Sample, SyncRun, Watch
from routers.virtual import VirtualRouter
from tenants import scope
from tenants.models import Isp, NasRoute
from tests.addresses import own
from tests.factories import make_router


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, fresh_isp: Isp, settings: Any) -> Iterator[list[tuple[Any, ...]]]:
    """What was asked of workers, in order."""
    calls: list[tuple[Any, ...]] = []
    settings.RADIUS_ADDRESS = "127.0.0.1"
    settings.ALLOW_PRIVATE_ROUTERS = True
    for task in (tasks.check, tasks.sync, telling.send_notice):
        name = task.name.rpartition(".")[2]

        def keep(args: tuple[Any, ...] = (), name: str = name, **_options: Any) -> None:
            calls.append((name, *args[1:]))

        monkeypatch.setattr(task, "apply_async", keep)
    yield calls
    NasRoute.objects.filter(schema=fresh_isp.schema_name).delete()


@pytest.fixture
def mikrotik() -> Iterator[VirtualRouter]:
    with VirtualRouter(address=own(61)) as router:
        yield router


def ready(isp: Isp, mikrotik: VirtualRouter, **fields: Any) -> int:
    """A router as enrolment leaves it; the API user is the factory's."""
    with scope.inside(isp.schema_name):
        made = make_router(
            address=mikrotik.address, api_port=mikrotik.api_port, api_user="admin", api_password="admin",
            checked_at=datetime.now(UTC), **fields,
        )  # fmt: skip
        progress.register(made, now=datetime.now(UTC))
        return made.pk


def seen(isp: Isp, number: int) -> tuple[Router, Watch]:
    with scope.inside(isp.schema_name):
        return Router.objects.get(pk=number), Watch.objects.get(pk=number)


def test_a_visit_keeps_a_sample_and_puts_right_what_differs_after_writing_it_down(
    fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = ready(fresh_isp, mikrotik)
    shown: list[int] = []
    run = tasks.syncing.run

    def watched(*args: Any, **options: Any) -> None:
        shown.append(len(seen(fresh_isp, number)[1].drift))
        run(*args, **options)

    monkeypatch.setattr(tasks.syncing, "run", watched)
    mikrotik.device.log("system,error,critical", "login failure for user nobody")
    mikrotik.device.log("hotspot,info,debug", "ana (10.5.50.9): logged in")
    mikrotik.device.log("system,error", "see http://example.test/")
    tasks.check(fresh_isp.schema_name, number)
    router, watch = seen(fresh_isp, number)
    assert shown and shown[0] > 3, "nothing may be written before the difference is on the page"
    assert (watch.drift, watch.drift_since, watch.failures, router.leased_until) == ([], None, 0, None)
    assert (router.is_up, router.cpu_load, watch.temperature, watch.voltage) == (True, 3, 410, 241)
    assert (watch.hotspot, watch.ppp, watch.leases, watch.queues) == (0, 0, 0, 0)
    assert [row["name"] for row in watch.interfaces][:2] == ["ether1", "ether2"]
    assert watch.due_at > datetime.now(UTC)
    with scope.inside(fresh_isp.schema_name):
        assert Sample.objects.filter(router_id=number).count() == 1
        assert list(LogLine.objects.values_list("text", flat=True)) == ["login failure for user nobody"]
        assert SyncRun.objects.get().reason == progress.ROUTINE
        Watch.objects.update(compare_at=datetime.now(UTC))
    writes = [sent for sent in mikrotik.commands if sent.verb in ("add", "set", "remove")]
    tasks.check(fresh_isp.schema_name, number)
    after = [sent for sent in mikrotik.commands if sent.verb in ("add", "set", "remove")]
    assert (len(after), len(shown)) == (len(writes), 1), "a second comparison writes nothing"


def test_what_cannot_be_put_right_without_a_person_is_told_once_and_over_when_it_is_right(
    fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = ready(fresh_isp, mikrotik)

    def needs_yes(*_given: Any, **_options: Any) -> None:
        raise Refusal("needs_yes", "This needs a person's yes, so nothing was changed.")

    with monkeypatch.context() as patched:
        patched.setattr(tasks.syncing, "run", needs_yes)
        for _ in range(2):
            tasks.check(fresh_isp.schema_name, number)
            with scope.inside(fresh_isp.schema_name):
                Watch.objects.update(compare_at=datetime.now(UTC))
    with scope.inside(fresh_isp.schema_name):
        told = Incident.objects.get()
        assert (told.kind, "a person's yes" in told.text) == (Incident.Kind.DRIFT, True)
    tasks.sync(fresh_isp.schema_name, number, "Asked for by a person", True)
    with scope.inside(fresh_isp.schema_name):
        assert Incident.objects.get().closed_at is not None
        assert SyncRun.objects.count() == 3
        SyncRun.objects.filter(state="failed").update(started_at=datetime.now(UTC) - timedelta(days=91))
    tasks.tend(fresh_isp.schema_name)
    with scope.inside(fresh_isp.schema_name):
        assert SyncRun.objects.get().reason == "Asked for by a person"


@pytest.mark.parametrize("policy", ["report", "ask"])
def test_without_leave_to_repair_a_difference_is_shown_and_nothing_is_written(
    fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[Any], policy: str
) -> None:
    number = ready(fresh_isp, mikrotik, policy=policy)
    for _ in range(2):
        tasks.check(fresh_isp.schema_name, number)
        with scope.inside(fresh_isp.schema_name):
            Watch.objects.update(compare_at=datetime.now(UTC))
    _router, watch = seen(fresh_isp, number)
    assert watch.drift and watch.drift_since
    assert not [sent for sent in mikrotik.commands if sent.verb in ("add", "set", "remove")]
    with scope.inside(fresh_isp.schema_name):
        assert Incident.objects.get().kind == Incident.Kind.DRIFT
    tasks.sync(fresh_isp.schema_name, number, "Asked for by a person")
    assert seen(fresh_isp, number)[1].drift == []
    with scope.inside(fresh_isp.schema_name):
        assert Incident.objects.get().closed_at is not None


def test_a_worker_that_slept_through_its_lease_writes_nothing(
    fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = ready(fresh_isp, mikrotik)
    measure = health.measure

    def slow(*args: Any, **options: Any) -> Any:
        told = measure(*args, **options)
        with scope.inside(fresh_isp.schema_name):
            Router.objects.update(leased_until=datetime.now(UTC) - timedelta(seconds=1))
            assert lease.take(number, now=datetime.now(UTC)) is not None
        return told

    monkeypatch.setattr(health, "measure", slow)
    tasks.check(fresh_isp.schema_name, number)
    with scope.inside(fresh_isp.schema_name):
        router = Router.objects.get(pk=number)
        assert (router.cpu_load, Watch.objects.count(), Sample.objects.count()) == (None, 0, 0)
    assert router.leased_until is not None and router.leased_until > datetime.now(UTC), (
        "the other's lease stays"
    )


def test_a_visit_that_finds_all_well_asks_the_database_little(
    fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[Any], django_assert_max_num_queries: Any
) -> None:
    number = ready(fresh_isp, mikrotik)
    tasks.check(fresh_isp.schema_name, number)
    with scope.inside(fresh_isp.schema_name):
        Watch.objects.update(compare_at=datetime.now(UTC))
    with django_assert_max_num_queries(31):
        tasks.check(fresh_isp.schema_name, number)


def test_talks_that_end_their_worker_are_counted_and_then_left_alone(
    fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = ready(fresh_isp, mikrotik)

    def ends(*args: Any, **options: Any) -> Any:
        raise MemoryError

    monkeypatch.setattr(health, "measure", ends)
    for _ in range(lease.MOST_DEATHS):
        with pytest.raises(MemoryError):
            tasks.check(fresh_isp.schema_name, number)
        with scope.inside(fresh_isp.schema_name):
            Router.objects.update(leased_until=datetime.now(UTC) - timedelta(seconds=1))
    before = len(mikrotik.commands)
    tasks.check(fresh_isp.schema_name, number)
    assert len(mikrotik.commands) == before
    with scope.inside(fresh_isp.schema_name):
        assert Incident.objects.get().kind == Incident.Kind.STUCK
        Router.objects.update(leased_until=datetime.now(UTC) - lease.QUARANTINE - timedelta(seconds=1))
    monkeypatch.undo()
    tasks.check(fresh_isp.schema_name, number)
    router, _watch = seen(fresh_isp, number)
    assert router.talks_begun == 0
    with scope.inside(fresh_isp.schema_name):
        assert Incident.objects.get(kind=Incident.Kind.STUCK).closed_at is not None


def test_a_dead_router_costs_a_knock_and_becomes_an_outage_after_a_minute(
    fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[Any]
) -> None:
    number = ready(fresh_isp, mikrotik)
    tasks.check(fresh_isp.schema_name, number)
    asked.clear()
    with scope.inside(fresh_isp.schema_name):
        Watch.objects.update(due_at=datetime.now(UTC), hotspot=7)
        Router.objects.update(api_port=free_port(mikrotik.address))
    tasks.check_all(fresh_isp.schema_name)
    router, watch = seen(fresh_isp, number)
    assert (asked, router.is_up, watch.failure_kind) == ([], True, "silent"), "one missed answer is no outage"
    assert watch.open_until is None, "a door that nobody opens is tried again soon"
    assert watch.due_at - datetime.now(UTC) < pace.MISSING * 1.2
    with scope.inside(fresh_isp.schema_name):
        Watch.objects.update(due_at=datetime.now(UTC), missed_since=datetime.now(UTC) - watching.DEBOUNCE)
    tasks.check_all(fresh_isp.schema_name)
    router, watch = seen(fresh_isp, number)
    assert not router.is_up
    with scope.inside(fresh_isp.schema_name):
        outage = Outage.objects.get()
        assert (outage.sessions, outage.ended_at, outage.name) == (7, None, router.name)
        Router.objects.update(api_port=mikrotik.api_port)
        Watch.objects.update(due_at=datetime.now(UTC))
    tasks.check_all(fresh_isp.schema_name)
    assert asked == [("check", number)]
    tasks.check(fresh_isp.schema_name, number)
    router, watch = seen(fresh_isp, number)
    assert router.is_up and watch.missed_since is None
    with scope.inside(fresh_isp.schema_name):
        outage.refresh_from_db()
        assert outage.ended_at is not None and "so the way to it was cut" not in outage.cause
        assert Incident.objects.get(kind="down").closed_at is not None


def test_no_session_left_at_the_router_opens_the_breaker_and_names_the_cause(
    fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[Any]
) -> None:
    number = ready(fresh_isp, mikrotik)
    held = [socket.create_connection((mikrotik.address, mikrotik.api_port)) for _ in range(20)]
    try:
        assert mikrotik.wait(lambda: len(mikrotik.door.sessions) == 20)
        tasks.check(fresh_isp.schema_name, number)
    finally:
        for each in held:
            each.close()
    router, watch = seen(fresh_isp, number)
    assert (watch.failure_kind, router.is_up) == ("full", True)
    assert watch.open_until is not None and watch.due_at >= watch.open_until > datetime.now(UTC)
    with scope.inside(fresh_isp.schema_name):
        incident = Incident.objects.get()
        assert (incident.kind, "max-sessions" in incident.text) == ("full", True)
    assert mikrotik.wait(lambda: not mikrotik.door.sessions)
    tasks.check(fresh_isp.schema_name, number)
    assert seen(fresh_isp, number)[1].open_until is None, "the trial went well"


def test_another_router_is_an_incident_of_its_own_until_ours_answers_again(
    fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[Any]
) -> None:
    mikrotik.paste(
        "/certificate add name=mine common-name=router key-size=prime256v1\n/certificate sign mine\n"
        "/ip service set api-ssl certificate=mine disabled=no"
    )
    made = mikrotik.tree.find("/certificate", name="mine")
    assert made is not None
    number = ready(fresh_isp, mikrotik)
    with scope.inside(fresh_isp.schema_name):
        Router.objects.update(api_port=mikrotik.secure_port, api_pin="0" * 64)
    tasks.check(fresh_isp.schema_name, number)
    router, watch = seen(fresh_isp, number)
    assert (watch.failure_kind, router.is_up) == ("other", True)
    with scope.inside(fresh_isp.schema_name):
        incident = Incident.objects.get()
        assert (incident.kind, "Another router answers" in incident.text) == ("other", True)
        Router.objects.update(api_pin=made["fingerprint"])
    tasks.check(fresh_isp.schema_name, number)
    with scope.inside(fresh_isp.schema_name):
        assert Incident.objects.get(kind="other").closed_at is not None


def test_a_seat_is_held_longer_than_any_task_can_last() -> None:
    assert seats.HELD > talks.HARD > talks.SOFT > device.CONVERSATION


def test_never_more_than_two_connections_whoever_wants_them(mikrotik: VirtualRouter, settings: Any) -> None:
    lock = threading.Lock()
    target = device.Target(mikrotik.address, mikrotik.api_port, "admin", "admin")
    done: list[str] = []

    def talk() -> None:
        for _ in range(3):
            try:
                with device.opened(target) as line:
                    line.read("/interface", fields=("name",))
                with lock:
                    done.append("talked")
            except device.Crowded:
                with lock:
                    done.append("waited in vain")

    talkers = [threading.Thread(target=talk) for _ in range(12)]
    for each in talkers:
        each.start()
    for each in talkers:
        each.join(60)
    assert len(done) == 36 and done.count("talked") >= 12
    assert mikrotik.door.most == seats.SEATS
    logins = [line for line in mikrotik.device.lines if "logged in" in line.message]
    assert len(logins) == done.count("talked")


def test_a_router_in_trouble_waits_for_the_slow_lane(
    fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[Any]
) -> None:
    number = ready(fresh_isp, mikrotik)
    with scope.inside(fresh_isp.schema_name):
        watch = watching.watch_of(Router.objects.get(), now=datetime.now(UTC))
        Watch.objects.filter(pk=watch.pk).update(failures=1, asked_at=datetime.now(UTC))
    with seats.slow_lane():
        tasks.check(fresh_isp.schema_name, number)
    assert not mikrotik.commands and seen(fresh_isp, number)[1].asked_at is None
    tasks.check(fresh_isp.schema_name, number)
    assert mikrotik.commands and seen(fresh_isp, number)[1].failures == 0


def test_the_routers_of_an_isp_that_fell_mute_share_the_slow_lane(
    fresh_isp: Isp, mikrotik: VirtualRouter, asked: list[Any]
) -> None:
    number = ready(fresh_isp, mikrotik)
    for _ in range(seats.SILENCES):
        seats.visited(fresh_isp.schema_name, silent=True)
    with scope.inside(fresh_isp.schema_name):
        watching.watch_of(Router.objects.get(), now=datetime.now(UTC))
    with seats.slow_lane():
        tasks.check(fresh_isp.schema_name, number)
    assert not mikrotik.commands and seen(fresh_isp, number)[1].failures == 0
    tasks.check(fresh_isp.schema_name, number)
    assert mikrotik.commands and not seats.is_mute(fresh_isp.schema_name), "one answer is enough"


def free_port(address: str) -> int:
    with socket.socket() as taken:
        taken.bind((address, 0))
        port: int = taken.getsockname()[1]
        return port
