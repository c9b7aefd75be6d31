"""Agents over the API."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from billing.agent_models import Agent
from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_made_changed_stopped_and_found(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        user = User.objects.get(role="reseller")
    program = token_for(["agents:read", "agents:all", "agents:write"])
    made = program.call("POST", "agents/", {"name": "Amina", "user": user.pk, "commission": 1250})
    assert made.status_code == 201, made.content
    shown = program.get(made["Location"]).json()
    assert (shown["user"]["id"], shown["balance_minor"], shown["currency"]) == (user.pk, 0, "KES")
    path = f"agents/{shown['id']}/"
    changed = program.call("PATCH", path, {"limit_minor": 5000, "per_hour": 20}).json()
    assert (changed["limit_minor"], changed["per_hour"], changed["commission"]) == (5000, 20, 1250)
    assert program.call("POST", f"{path}stop/").json()["is_active"] is False
    assert [
        row["id"] for row in program.call("GET", "agents/?state=stopped&search=ami").json()["results"]
    ] == [shown["id"]]
    assert program.call("POST", f"{path}resume/").json()["is_active"] is True
    for body, status in (
        ({"user": user.pk, "name": "B"}, 422),
        ({"name": ""}, 400),
        ({"name": "B", "parent": 999}, 422),
    ):
        assert program.call("POST", "agents/", body).status_code == status


def test_without_the_scope_for_all_only_ones_own(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        mine = make.make_agent(user=User.objects.get(role="reseller"))
        child, stranger = make.make_agent(parent=mine), make.make_agent()
    program = token_for(["agents:read", "agents:all", "agents:sell", "agents:write"], role="reseller")
    assert {row["id"] for row in program.call("GET", "agents/").json()["results"]} == {mine.pk, child.pk}
    assert program.call("GET", f"agents/{stranger.pk}/").status_code == 404
    assert program.call("GET", f"agents/{stranger.pk}/ledger/").status_code == 404
    assert program.call("PATCH", f"agents/{mine.pk}/", {"limit_minor": 10**9}).status_code == 403
    assert program.call("POST", f"agents/{child.pk}/send/", {"to": 1, "amount_minor": 1}).status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [({"pays_minor": 5001}, 422), ({"plan": 999_999}, 422), ({"plan": "1"}, 400), ({"x": 1}, 400)],
)
def test_prices(token_for: Callable[..., Any], isp: Isp, change: dict[str, Any], status: int) -> None:
    with scope.inside(isp.schema_name):
        agent, plan = make.make_agent(), make.make_plan(price_minor=5000)
    program, body = token_for(), {"plan": plan.pk, "pays_minor": 4500}
    path = f"agents/{agent.pk}/prices/"
    assert program.call("PATCH", path, body).status_code == 200
    assert [row["pays_minor"] for row in program.call("GET", path).json()["results"]] == [4500]
    assert program.call("PATCH", path, body | change).status_code == status
    assert program.call("PATCH", path, {"plan": plan.pk}).status_code == 200
    assert program.call("GET", path).json()["results"] == []
    with scope.inside(isp.schema_name):
        assert Agent.objects.get().prices.count() == 0
