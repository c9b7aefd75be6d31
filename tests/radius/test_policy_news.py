"""Whatever policy reads is in force within a second of its commit, and a device is bound by one worker only."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.journal import SYSTEM
from radius import router_accounts
from radius.behind import LiveWorker
from radius.case import ROUTER_LOGIN
from radius.clocks import Clocks
from radius.database import Patience
from radius.deciding import decide
from radius.events import Accept, AccessRequest, Reject
from radius.models import RouterAccount
from routers.models import Router
from subscribers.models import Device, Fallback, Plan, Service, Site, Subscriber
from tenants import scope
from tenants.models import Isp
from tests.factories import NOW, make_plan, make_router, make_service
from tests.radius.fakes import ROUTER
from tests.radius.running import until
from tests.radius.test_policy import MAC, request

SLOW = [{"period": "day", "after_bytes": 1, "download_bps": 8_000, "upload_bps": 8_000}]


@pytest.fixture
def worker(fresh_isp: Isp, tmp_path: Path) -> Iterator[LiveWorker]:
    made = LiveWorker(tmp_path)
    made.start()
    yield made
    made.close(2)


@pytest.fixture
def at(fresh_isp: Isp) -> AccessRequest:
    """What Nemo's router asks, once they are known; the facts are remembered then."""
    return replace(request(), nas=replace(ROUTER, schema=fresh_isp.schema_name, zone=fresh_isp.time_zone))


def account(isp: Isp, **fields: Any) -> Service:
    with scope.inside(isp.schema_name):
        plan = make_plan(devices=9, validity_seconds=None)
        return make_service(code="nemo", kind="account", secret="arctangent", plan=plan, **fields)


def code(worker: LiveWorker, asked: AccessRequest) -> str:
    verdict = decide(worker.facts, asked, datetime.now(UTC).timestamp())
    return verdict.code if isinstance(verdict, Reject) else "accepted"


def _closed() -> list[dict[str, Any]]:
    """Hours of a day that is not today, wherever this is."""
    day = (datetime.now(UTC) + timedelta(days=3)).weekday()
    return [{"days": [day], "from": "00:00", "to": "01:00"}]


CHANGES: list[tuple[Callable[[Service], object], str]] = [
    (lambda one: Plan.objects.update(windows=_closed()), "outside_hours"),
    (lambda one: Plan.objects.update(daily_data_bytes=0), "day_data_spent"),
    (lambda one: Plan.objects.update(lock="list"), "locked_device"),
    (lambda one: Plan.objects.update(routers=[10**9]), "wrong_site"),
    (lambda one: Service.objects.update(routers=[10**9]), "wrong_site"),
    (lambda one: Service.objects.update(status="suspended"), "suspended"),
    (lambda one: Service.objects.update(expires_at=NOW - timedelta(days=900)), "ended"),
    (lambda one: Service.objects.update(upload_bytes=7), "data_spent"),
]


def test_a_plan_that_comes_after_is_news_of_the_plan_before(
    fresh_isp: Isp, worker: LiveWorker, at: AccessRequest
) -> None:
    def speed() -> int:
        verdict = decide(worker.facts, at, datetime.now(UTC).timestamp())
        return verdict.download_bps if isinstance(verdict, Accept) else 0

    service = account(fresh_isp, expires_at=NOW - timedelta(days=900))
    until(lambda: code(worker, at) == "ended" and len(worker.facts) == 1)
    with scope.inside(fresh_isp.schema_name):
        slow = make_plan(name="Slow", download_bps=64_000)
        Plan.objects.filter(pk=service.plan_id).update(end_plan=slow)
    until(lambda: speed() == 64_000, 1.0)
    with scope.inside(fresh_isp.schema_name):
        Plan.objects.filter(pk=slow.pk).update(download_bps=128_000)
    until(lambda: speed() == 128_000, 1.0)


@pytest.mark.parametrize(("change", "expected"), CHANGES, ids=[each for _, each in CHANGES])
def test_a_change_is_in_force_within_a_second(
    fresh_isp: Isp, worker: LiveWorker, at: AccessRequest, change: Callable[[Service], object], expected: str
) -> None:
    service = account(fresh_isp)
    with scope.inside(fresh_isp.schema_name):
        Plan.objects.update(upload_limit_bytes=7)
    until(lambda: code(worker, at) == "accepted" and len(worker.facts) == 1)
    with scope.inside(fresh_isp.schema_name):
        change(service)
    until(lambda: code(worker, at) == expected, 1.0)


def test_usage_of_today_counts_as_soon_as_the_plan_counts_it(
    fresh_isp: Isp, worker: LiveWorker, at: AccessRequest
) -> None:
    service = account(fresh_isp)
    with scope.inside(fresh_isp.schema_name):
        service.usage_set.create(
            hour=datetime.now(UTC).replace(minute=0, second=0, microsecond=0), upload_bytes=5
        )
    until(lambda: code(worker, at) == "accepted" and len(worker.facts) == 1)
    with scope.inside(fresh_isp.schema_name):
        Plan.objects.update(stages=SLOW)

    def speed() -> int:
        verdict = decide(worker.facts, at, datetime.now(UTC).timestamp())
        assert isinstance(verdict, Accept)
        return verdict.download_bps

    until(lambda: speed() == 8_000, 1.0)


def test_a_device_that_comes_on_the_list_is_let_in(
    fresh_isp: Isp, worker: LiveWorker, at: AccessRequest
) -> None:
    service = account(fresh_isp)
    with scope.inside(fresh_isp.schema_name):
        Plan.objects.update(lock="list")
    until(lambda: code(worker, at) == "locked_device" and len(worker.facts) == 1)
    with scope.inside(fresh_isp.schema_name):
        Device.objects.create(mac=MAC, service=service, made_at=NOW)
    until(lambda: code(worker, at) == "accepted", 1.0)


def test_a_fallback_and_its_plan_are_in_force_within_a_second(
    fresh_isp: Isp, worker: LiveWorker, at: AccessRequest
) -> None:
    account(fresh_isp, status="suspended")
    until(lambda: code(worker, at) == "suspended" and len(worker.facts) == 1)
    with scope.inside(fresh_isp.schema_name):
        rest = make_plan(name="Rest", download_bps=64_000, upload_bps=64_000)
        Fallback.objects.create(reason="suspended", plan=rest, changed_at=NOW)

    def speed() -> int:
        verdict = decide(worker.facts, at, datetime.now(UTC).timestamp())
        return verdict.download_bps if isinstance(verdict, Accept) else -1

    until(lambda: speed() == 64_000, 1.0)
    with scope.inside(fresh_isp.schema_name):
        Plan.objects.filter(name="Rest").update(download_bps=32_000)
    until(lambda: speed() == 32_000, 1.0)
    with scope.inside(fresh_isp.schema_name):
        Fallback.objects.all().delete()
    until(lambda: speed() == -1, 1.0)


def test_a_language_and_a_router_that_moves(fresh_isp: Isp, worker: LiveWorker, at: AccessRequest) -> None:
    with scope.inside(fresh_isp.schema_name):
        jane = Subscriber.objects.create(name="Jane", made_at=NOW)
        hill, valley = (Site.objects.create(name=name, made_at=NOW) for name in ("Hill", "Valley"))
        router = make_router(site=hill)
    account(fresh_isp, subscriber=jane, sites=[hill.pk])
    here = replace(at, nas=replace(at.nas, router_id=router.pk))
    until(lambda: code(worker, here) == "accepted" and len(worker.facts) == 1)
    with scope.inside(fresh_isp.schema_name):
        Subscriber.objects.update(language="sw")
        Router.objects.update(site=valley)

    def message() -> str:
        verdict = decide(worker.facts, here, datetime.now(UTC).timestamp())
        return verdict.message

    until(lambda: message() == "Akaunti yako haitumiki mahali hapa.", 1.0)


def test_a_router_login_that_is_switched_off(fresh_isp: Isp, worker: LiveWorker, at: AccessRequest) -> None:
    with scope.inside(fresh_isp.schema_name):
        made, secret = router_accounts.make("nemo", group="read", by=SYSTEM, now=NOW)
    login = replace(at, service_type=6, password=secret.encode())
    until(lambda: code(worker, login) == "accepted" and len(worker.facts) == 1)
    assert worker.facts.of(fresh_isp.schema_name, ROUTER_LOGIN + b"nemo") is not None
    with scope.inside(fresh_isp.schema_name):
        RouterAccount.objects.filter(pk=made.pk).update(is_active=False)
    until(lambda: code(worker, login) == "suspended", 1.0)


def test_of_two_devices_at_once_one_is_bound(fresh_isp: Isp) -> None:
    service = account(fresh_isp)
    with scope.inside(fresh_isp.schema_name):
        Plan.objects.update(lock="first", validity_seconds=3600)
    outcomes: list[tuple[str, bool]] = []
    done = threading.Event()
    workers = [Clocks(Patience()) for _ in range(2)]
    macs = ["02:00:00:00:00:01", "02:00:00:00:00:02"]

    def note(mac: str) -> Callable[[bool], None]:
        def taken(ok: bool) -> None:
            outcomes.append((mac, ok))
            if len(outcomes) == 6:
                done.set()

        return taken

    for each in workers:
        each.start()
    for _ in range(3):  # retransmissions too
        for each, mac in zip(workers, macs, strict=True):
            assert each.put(fresh_isp.schema_name, service.pk, None, note(mac), mac)
    assert done.wait(20)
    for each in workers:
        each.close(5)
    with scope.inside(fresh_isp.schema_name):
        kept = Service.objects.get(pk=service.pk)
    assert kept.bound_mac in macs
    assert {mac for mac, ok in outcomes if ok} == {kept.bound_mac}
    assert sum(ok for _, ok in outcomes) == 3
    assert (kept.first_used_at, kept.expires_at) == (None, None), "to bind an account starts no clock"
    connection.close()
