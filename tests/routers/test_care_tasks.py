"""The workers' part: an order of many goes through, a question is answered, the doctor's steps appear, nights pass."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.journal import SYSTEM, Actor
from routers import asks, care, care_tasks, echo
from routers.models import CareItem, CareRun, Router, RouterBackup
from tenants import scope
from tenants.models import Isp
from tests.factories import make_router
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


def test_a_night(isp: Isp, worker: Callable[[], Any]) -> None:
    with enrolled(121) as (_mikrotik, target):
        with scope.inside(isp.schema_name):
            Router.objects.exclude(pk=0).update(state="waiting")
            router = make_router(address=target.address, api_port=target.port, api_password=PASSWORD)
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
