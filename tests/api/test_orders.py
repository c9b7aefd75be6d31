"""Orders over the API."""

from collections.abc import Callable
from typing import Any

import pytest

from routers.models import CareRun
from tenants import scope
from tenants.models import Isp
from tests import factories as make


@pytest.fixture
def ids(isp: Isp) -> list[int]:
    with scope.inside(isp.schema_name):
        return [make.make_router().pk for _ in range(2)]


def test_order_follow_stop(token_for: Callable[..., Any], ids: list[int]) -> None:
    program = token_for(["routers:read", "routers:write"])
    made = program.call("POST", "router-orders/", {"kind": "backup", "routers": ids})
    assert made.status_code == 202, made.content
    body = made.json()
    assert (body["kind"], body["routers"], body["state"]) == ("backup", 2, "running")
    assert program.get(made["Location"]).json()["id"] == body["id"]
    items = program.get(f"{made['Location']}items/").json()["results"]
    assert {item["router"]["id"] for item in items} == set(ids)
    assert program.get("/api/v1/router-orders/?state=running").json()["results"][0]["id"] == body["id"]
    assert program.call("POST", f"router-orders/{body['id']}/stop/", {}).json()["state"] == "stopped"
    assert program.call("POST", f"router-orders/{body['id']}/stop/", {}).status_code in (409, 422)


def test_what_is_refused(token_for: Callable[..., Any], isp: Isp, ids: list[int]) -> None:
    program = token_for(["routers:read", "routers:write"])
    for body in (
        {"kind": "restore", "routers": ids},
        {"kind": "backup", "routers": []},
        {"kind": "backup", "routers": [10**9]},
        {"kind": "site", "routers": ids},
        {"kind": "backup"},
    ):
        assert program.call("POST", "router-orders/", body).status_code in (400, 422), body
    reader = token_for(["routers:read"])
    assert reader.call("POST", "router-orders/", {"kind": "backup", "routers": ids}).status_code == 403
    with scope.inside(isp.schema_name):
        assert not CareRun.objects.exists()
