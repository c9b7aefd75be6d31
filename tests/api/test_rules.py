"""Rules of plans and fallbacks over the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from radius.models import Session
from subscribers.models import Fallback, Plan
from tenants import scope
from tenants.models import Isp
from tests import factories as make

STAGE = {"period": "day", "after_bytes": 10**9, "download_bps": 10**6, "upload_bps": 10**6}


@pytest.fixture
def plan(isp: Isp) -> Plan:
    with scope.inside(isp.schema_name):
        return make.make_plan()


def test_rules_are_looked_at_and_changed_in_part(token_for: Callable[..., Any], isp: Isp, plan: Plan) -> None:
    program = token_for(["plans:read", "plans:write"])
    path = f"plans/{plan.pk}/rules/"
    before = program.call("GET", path).json()
    assert (before["priority"], before["stages"], before["idle_seconds"]) == (8, [], None)
    with scope.inside(isp.schema_name):
        session = make.make_session(service=make.make_service(plan=plan))
    changed = program.call("PATCH", path, {"stages": [STAGE], "grace_seconds": 3600})
    assert changed.status_code == 200, changed.content
    assert changed.json() == {**before, "stages": [STAGE], "grace_seconds": 3600}
    with scope.inside(isp.schema_name):
        assert Session.objects.get(pk=session.pk).change_state == "changing"
    assert program.call("GET", path).json() == changed.json()


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"priority": 9}, 422, "priority"),
        ({"stages": [{}]}, 422, "stages"),
        ({"speeds": [{}]}, 422, "speeds"),
        ({"end_plan_id": 10**9}, 422, "end_plan_id"),
        ({"windows": [{"days": [9], "from": "08:00", "to": "09:00"}]}, 422, "windows"),
        ({"routers": [10**9]}, 422, "routers"),
        ({"stages": {}}, 400, "stages"),
        ({"priority": "3"}, 400, "priority"),
        ({"name": "x"}, 400, "name"),
    ],
)
def test_what_will_not_do_is_named(
    token_for: Callable[..., Any], plan: Plan, change: dict[str, Any], status: int, field: str
) -> None:
    answer = token_for(["plans:read", "plans:write"]).call("PATCH", f"plans/{plan.pk}/rules/", change)
    assert answer.status_code == status, answer.content
    assert field in answer.content.decode()


def test_fallbacks(token_for: Callable[..., Any], isp: Isp, plan: Plan) -> None:
    program = token_for(["plans:read", "plans:write"])
    wanted = {"reason": "ended", "plan": plan.pk, "address_list": "walled", "seconds": 300}
    given = program.call("POST", "fallbacks/", wanted)
    assert given.status_code == 201, given.content
    assert given.json()["plan"] == plan.pk
    [listed] = program.call("GET", "fallbacks/").json()["results"]
    assert listed == given.json()
    for bad in ({"reason": "ended"}, {"reason": "void", "pool": "p"}, {"reason": "ended", "plan": 10**9}):
        assert program.call("POST", "fallbacks/", bad).status_code == 422
    assert program.call("DELETE", "fallbacks/ended/").status_code == 204
    for gone in ("ended", "void", "nothing"):
        assert program.call("DELETE", f"fallbacks/{gone}/").status_code == 404
    with scope.inside(isp.schema_name):
        assert not Fallback.objects.exists()
