"""From the pasted block to 'ready': the router never calls us, a person carries one line back."""

from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.journal import SYSTEM
from routers import enrolment, pasting, tasks
from routers.models import Router, SyncRun
from routers.virtual import VirtualRouter
from tenants import scope
from tenants.models import EnrolmentRoute, Isp, NasRoute
from tests.addresses import own


@pytest.fixture
def settled(fresh_isp: Isp, settings: Any) -> Any:
    settings.RADIUS_ADDRESS = "127.0.0.1"
    settings.ALLOW_PRIVATE_ROUTERS = True
    yield fresh_isp
    NasRoute.objects.filter(schema=fresh_isp.schema_name).delete()
    EnrolmentRoute.objects.filter(schema=fresh_isp.schema_name).delete()


@pytest.mark.parametrize("version", ["7.20.8 (stable)", "6.49.10 (long-term)"])
def test_paste_a_block_carry_the_line_back_and_the_router_becomes_ready(settled: Isp, version: str) -> None:
    schema, six = settled.schema_name, version.startswith("6")
    with VirtualRouter(address=own(47), version=version) as mikrotik:
        mikrotik.device.mode.name = "" if six else "advanced"
        now = datetime.now(UTC)
        with scope.inside(schema):
            site = enrolment.place("Mall", now=now)
            router = enrolment.begin(name="Gate", site=site, interface="bridge-lan", by=SYSTEM, now=now)
            block = pasting.block(router, six=six, now=now)
        line = mikrotik.terminal().enter(block).splitlines()[-1]
        with scope.inside(schema):
            pasting.take(router, line, own(47), by=SYSTEM, now=now)
        tasks.enrol(schema, router.pk)
        with scope.inside(schema):
            held = Router.objects.get(pk=router.pk)
            assert (held.trouble, held.state) == ("", Router.State.READY)
            assert (held.serial, held.version) == (mikrotik.device.serial, version)
            assert held.api_pin != ""
        assert mikrotik.door.sessions == [], "nothing was said in clear"
        (radius,) = mikrotik.tree.rows("/radius")
        assert (radius["comment"], radius["secret"]) == ("kmikro:radius", held.radius_secret)
        before = len(mikrotik.commands)
        tasks.sync(schema, router.pk, "Asked for by a person")
        with scope.inside(schema):
            newest = SyncRun.objects.first()
            assert newest is not None
            assert (newest.state, newest.written, newest.trouble) == ("done", 0, "")
        assert {sent.verb for sent in mikrotik.commands[before:]} <= {"print", "login"}
        mikrotik.device.serial = "HEOTHER"
        tasks.sync(schema, router.pk, "Asked for by a person")
        with scope.inside(schema):
            assert "Another router answers" in Router.objects.get(pk=router.pk).trouble
