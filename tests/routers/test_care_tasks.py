"""The workers' part: an order of many goes through, a question is answered, the doctor's steps appear, nights pass."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.journal import SYSTEM, Actor
from routers import asks, care, care_tasks, echo
from routers.models import CareItem, CareRun, Router, RouterBackup
from tenants import scope
from tenants.models import Isp
from tests.factories import make_router, make_site
from tests.routers.on_loopback import PASSWORD, enrolled

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def private(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ALLOW_PRIVATE_ROUTERS = True
    settings.RADIUS_ADDRESS = "127.0.0.1"
    monkeypatch.setattr(echo, "heard", lambda *args, **kwargs: True)


def test_an_order_over_good_and_dead_routers(isp: Isp, worker: Callable[[], Any]) -> None:
    with enrolled(120) as (mikrotik, target):
        with scope.inside(isp.schema_name):
            good = make_router(address=target.address, api_port=target.port, api_password=PASSWORD)
            dead = make_router(address="127.0.0.1", api_port=1)
        with worker(), scope.inside(isp.schema_name):
            run = care.order(CareRun.Kind.BACKUP, [good, dead], by=Actor(1, "Ana"), now=datetime.now(UTC))
            care_tasks.go_on.soon(run.pk)
        with scope.inside(isp.schema_name):
            run.refresh_from_db()
            states = dict(run.items.values_list("router_id", "state"))
            assert (run.state, states) == ("done", {good.pk: "done", dead.pk: "failed"})
            trouble = CareItem.objects.get(run=run, router=dead).trouble
            assert "does not answer" in trouble
            assert RouterBackup.objects.get(router=good).reason == "Asked for"
        assert {sent.verb for sent in mikrotik.commands} == {"print"}


def test_a_router_that_is_being_set_up_moves_too(isp: Isp, worker: Callable[[], Any]) -> None:
    with scope.inside(isp.schema_name):
        waiting, site = make_router(state="waiting", address=None), make_site(name="Hill")
    with worker(), scope.inside(isp.schema_name):
        now = datetime.now(UTC)
        run = care.order(CareRun.Kind.SITE, [waiting], by=Actor(1, "Ana"), now=now, site=site)
        care_tasks.go_on.soon(run.pk)
    with scope.inside(isp.schema_name):
        assert run.items.get().trouble == ""
        waiting.refresh_from_db()
        assert waiting.site_id == site.pk


def clock(monkeypatch: pytest.MonkeyPatch, hour: int) -> datetime:
    then = datetime.now(UTC).replace(hour=hour, minute=10)
    monkeypatch.setattr(care_tasks, "_now", lambda: then)
    return then


def test_a_night_leaves_no_router_out(isp: Isp, monkeypatch: pytest.MonkeyPatch) -> None:
    clock(monkeypatch, 1)
    monkeypatch.setattr(care, "MOST", 2)
    with scope.inside(isp.schema_name):
        routers = {make_router().pk for _ in range(5)}
    care_tasks.back_up_all(isp.schema_name)
    with scope.inside(isp.schema_name):
        assert routers <= set(CareItem.objects.values_list("router_id", flat=True))
        assert all(run.items.count() <= 2 for run in CareRun.objects.all())


def test_a_far_window_has_no_tasks_of_its_own(isp: Isp, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []
    now = clock(monkeypatch, 1)
    monkeypatch.setattr(care_tasks.go_on, "soon", lambda *args, **more: asked.append(more["countdown"]))
    for ahead in (timedelta(minutes=6), timedelta(minutes=2)):
        with scope.inside(isp.schema_name):
            run = care.order(CareRun.Kind.BACKUP, [make_router()], by=SYSTEM, now=now, not_before=now + ahead)
        care_tasks.go_on(isp.schema_name, run.pk)
    assert asked == [121.0]


def test_a_night(isp: Isp, worker: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    with enrolled(121) as (_mikrotik, target):
        with scope.inside(isp.schema_name):
            Router.objects.exclude(pk=0).update(state="waiting")
            router = make_router(address=target.address, api_port=target.port, api_password=PASSWORD)
        clock(monkeypatch, 0)  # three o'clock in Nairobi
        with worker():
            care_tasks.back_up_all.delay(isp.schema_name)
        with scope.inside(isp.schema_name):
            assert not CareRun.objects.exists()
        clock(monkeypatch, 1)
        with worker():
            care_tasks.back_up_all.delay(isp.schema_name)
        with scope.inside(isp.schema_name):
            assert RouterBackup.objects.get(router=router).reason == "Every night"
            assert CareRun.objects.get(by="K-Mikro").state == "done"
        with worker():
            care_tasks.tidy.delay(isp.schema_name)


@pytest.mark.parametrize(
    ("what", "subject", "key"),
    [
        ("ping", "127.0.0.1", "table"),
        ("queues", "", "table"),
        ("live", "02:00:5E:10:00:01|10.5.50.9", "reading"),
        ("plan", '{"backup": 0, "paths": ["/ip/pool"]}', "plan"),
    ],
)
def test_a_question_is_answered(isp: Isp, what: str, subject: str, key: str) -> None:
    with enrolled(122) as (_mikrotik, target):
        with scope.inside(isp.schema_name):
            router = make_router(address=target.address, api_port=target.port, api_password=PASSWORD)
            token = asks.begin(router, what, subject, by=SYSTEM, now=datetime.now(UTC))
        care_tasks.answer(isp.schema_name, token)
        with scope.inside(isp.schema_name):
            ask = asks.get(token)
            assert ask is not None
            assert ask["is_done"]
            assert not ask.get("trouble")
            assert ask[key] is not None


def test_the_doctor_ends_with_a_verdict(isp: Isp) -> None:
    with enrolled(123) as (_mikrotik, target):
        with scope.inside(isp.schema_name):
            router = make_router(address=target.address, api_port=target.port, api_password=PASSWORD)
            token = asks.begin(router, "doctor", "", by=SYSTEM, now=datetime.now(UTC))
        care_tasks.examine(isp.schema_name, token)
        with scope.inside(isp.schema_name):
            ask = asks.get(token)
            assert ask is not None
            assert ask["verdict"]["title"] == "RADIUS"
            assert ask["steps"][2]["title"] == "Sign-in"


def test_a_question_nobody_asked(isp: Isp) -> None:
    care_tasks.answer(isp.schema_name, "nothing")
    care_tasks.examine(isp.schema_name, "nothing")
    care_tasks.work_on(isp.schema_name, 10**9)
    care_tasks.go_on(isp.schema_name, 10**9)
