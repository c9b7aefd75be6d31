"""From a router's report to a router's queue: a virtual hotspot, RADIUS over sockets, projector, enforcer and CoA."""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.journal import SYSTEM
from radius import tasks
from radius.behind import LiveWorker
from radius.enforcer import Enforcer
from radius.models import Session
from radius.rounds import Rounds
from routers.virtual import VirtualRouter
from subscribers import lifecycle
from subscribers.models import Fallback, Plan, Service
from tenants import routes, scope
from tenants.models import Isp
from tests.addresses import own
from tests.factories import make_plan, make_router, make_service
from tests.radius.running import Running, running, until

SECRET = "the-secret-of-this-router-001"
SLOW = {"period": "day", "after_bytes": 20_000_000, "download_bps": 512_000, "upload_bps": 256_000}
LONG = 40.0


class Broker:
    """Stands for Celery's: what is asked for after a commit is done by a thread of its own."""

    def __init__(self) -> None:
        self._asked: queue.Queue[tuple[str, Any] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def signature(self, name: str, args: Any) -> Broker._Wish:
        return self._Wish(self, name, args)

    class _Wish:
        def __init__(self, broker: Broker, name: str, args: Any) -> None:
            self._broker, self._what = broker, (name, args)

        def apply_async(self, **_: Any) -> None:
            self._broker._asked.put(self._what)

    def _work(self) -> None:
        while (asked := self._asked.get()) is not None:
            name, args = asked
            getattr(tasks, name.rpartition(".")[2])(*args)
        connection.close()

    def close(self) -> None:
        self._asked.put(None)
        self._thread.join(20)


@pytest.fixture
def mikrotik(fresh_isp: Isp) -> Iterator[VirtualRouter]:
    with VirtualRouter(address=own(97), identity="hill", speed=60) as router:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((router.address, 0))
            port = probe.getsockname()[1]
        with scope.inside(fresh_isp.schema_name):
            routes.register_nas(
                make_router(address=router.address).pk,
                address=router.address,
                secret=SECRET,
                coa_port=port,
                require_message_auth=True,
                now=datetime.now(UTC),
            )
        assert router.paste(f"/radius incoming set accept=yes port={port}") == ""
        yield router
    with scope.inside(fresh_isp.schema_name):
        for each in {each.router_id for each in Session.objects.all()}:
            routes.forget_router(each)


@pytest.fixture
def hotspot(
    fresh_isp: Isp, mikrotik: VirtualRouter, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[VirtualRouter]:
    settings.RADIUS_ADDRESS = "127.0.0.1"
    broker, stopping = Broker(), threading.Event()
    monkeypatch.setattr("radius.wishes.signature", broker.signature)
    rounds = threading.Thread(target=Rounds(stopping.wait).run, daemon=True)
    enforcer = Enforcer()
    with running(LiveWorker(tmp_path)) as server:
        _set_up(mikrotik, server)
        rounds.start()
        enforcer.start()
        try:
            yield mikrotik
        finally:
            mikrotik.hotspot.end_all()
            stopping.set()
            rounds.join(20)
            enforcer.close()
            broker.close()


def _set_up(router: VirtualRouter, server: Running) -> None:
    said = router.paste(
        f"""
        /radius add service=hotspot address=127.0.0.1 secret={SECRET} authentication-port={server.auth} \\
            accounting-port={server.acct} timeout=3s
        /ip hotspot profile add name=hsprof use-radius=yes login-by=http-pap radius-accounting=yes
        /ip hotspot add name=hs1 interface=bridge-lan profile=hsprof disabled=no
        """
    )
    assert said == ""


@pytest.fixture
def account(fresh_isp: Isp) -> Callable[..., Service]:
    def make(plan: dict[str, Any] | None = None, **service: Any) -> Service:
        with scope.inside(fresh_isp.schema_name):
            made = make_plan(**({"devices": 9, "validity_seconds": None} | (plan or {})))
            return make_service(code="nemo", kind="account", secret="arctangent", plan=made, **service)

    return make


def up(router: VirtualRouter) -> Any:
    outcome = router.login(router.join("AA:BB:CC:00:11:22"), "nemo", "arctangent")
    assert outcome.session is not None, outcome.error
    outcome.session.phone.moving = True
    return outcome.session


def test_a_stage_of_fair_use_reaches_who_is_online_and_a_larger_plan_lifts_it(
    fresh_isp: Isp, hotspot: VirtualRouter, account: Callable[..., Service]
) -> None:
    service = account({"stages": [SLOW]})
    session = up(hotspot)
    assert session.limits.rate == "2M/5M"
    until(lambda: session.limits.rate == "256k/512k", LONG)
    assert hotspot.sessions == [session], "the session is changed, not ended"
    with scope.inside(fresh_isp.schema_name):
        until(lambda: Session.objects.get(service=service).told == "s1", LONG)
        Plan.objects.filter(pk=service.plan_id).update(stages=[])
    until(lambda: session.limits.rate == "2M/5M", LONG)
    assert hotspot.sessions == [session]


def test_a_paused_account_is_cut_off_told_so_and_let_in_again(
    fresh_isp: Isp, hotspot: VirtualRouter, account: Callable[..., Service]
) -> None:
    service = account()
    up(hotspot)
    with scope.inside(fresh_isp.schema_name):
        until(lambda: Session.objects.filter(ended_at=None).count() == 1, LONG)
        lifecycle.suspend(service, by=SYSTEM, now=datetime.now(UTC))
    until(lambda: hotspot.sessions == [], LONG)
    refused = hotspot.login(hotspot.join("AA:BB:CC:00:11:22"), "nemo", "arctangent")
    assert (refused.session, refused.error) == (None, "Your account is paused. Please ask your provider.")
    with scope.inside(fresh_isp.schema_name):
        lifecycle.resume(service, by=SYSTEM, now=datetime.now(UTC))
    until(lambda: hotspot.login(hotspot.join("AA:BB:CC:00:11:22"), "nemo", "arctangent").ok, LONG)


def test_a_validity_that_ends_moves_them_into_the_garden(
    fresh_isp: Isp, hotspot: VirtualRouter, account: Callable[..., Service]
) -> None:
    with scope.inside(fresh_isp.schema_name):
        Fallback.objects.create(
            reason="ended", download_bps=64_000, upload_bps=64_000, changed_at=datetime.now(UTC)
        )
    service = account(expires_at=datetime.now(UTC) + timedelta(days=1))
    session = up(hotspot)
    with scope.inside(fresh_isp.schema_name):
        until(lambda: Session.objects.filter(ended_at=None, due_at__isnull=False).count() == 1, LONG)
        soon = datetime.now(UTC) + timedelta(seconds=2)
        Service.objects.filter(pk=service.pk).update(expires_at=soon)
    until(lambda: session.limits.rate == "64k/64k", LONG)
    with scope.inside(fresh_isp.schema_name):
        until(lambda: Session.objects.get(service=service, ended_at=None).told == "g:ended", LONG)
        assert Service.objects.get(pk=service.pk).status == "ended"
