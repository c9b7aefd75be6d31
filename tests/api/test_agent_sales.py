"""Selling over the API: once under one key, as oneself, within the float and the limits."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from accounts.journal import SYSTEM
from accounts.models import User
from billing import agent_ledger
from billing.stock_models import Sale
from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_sold_listed_and_undone(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        agent = make.make_agent(user=User.objects.get(role="reseller"), commission=1000, per_hour=3)
        other, plan = make.make_agent(), make.make_plan(price_minor=5000)
        agent_ledger.top_up(agent, 10_000, by=SYSTEM, now=datetime.now(UTC))
    program, path = (
        token_for(["agents:read", "agents:sell", "vouchers:codes"], role="reseller"),
        f"agents/{agent.pk}/",
    )
    body = {"plan": plan.pk, "count": 2, "on_the_spot": True}
    for _ in range(2):
        sold = program.call("POST", f"{path}sales/", body, **{"Idempotency-Key": "one"})
        assert sold.status_code == 201, sold.content
    assert [(row["price_minor"], row["commission_minor"], row["balance_minor"]) for row in sold.json()] == [
        (5000, 500, 5500),
        (5000, 500, 1000),
    ]
    assert "•" not in sold.json()[0]["code"]
    with scope.inside(isp.schema_name):
        assert Sale.objects.count() == 2
    for wrong, code in (
        ({"count": 1}, "float_short"),
        ({"count": 2}, "too_fast"),
        ({"count": 0}, "bad_count"),
        ({"on_the_spot": False}, "no_stock"),
        ({"plan": 999_999}, "unknown_plan"),
    ):
        refused = program.call("POST", f"{path}sales/", body | wrong)
        assert (refused.status_code, refused.json()["code"]) == (422, code), wrong
    assert program.call("POST", f"agents/{other.pk}/sales/", body).status_code == 404
    undo = f"{path}sales/{sold.json()[1]['id']}/undo/"
    assert program.call("POST", undo).json()["undone_at"] is not None
    states = [
        len(program.call("GET", f"{path}sales/?state={state}").json()["results"])
        for state in ("sold", "undone")
    ]
    assert states == [1, 1]
    covered = token_for(["agents:read", "agents:all"]).call("GET", f"{path}sales/").json()["results"]
    assert all(row["code"] != sold.json()[0]["code"] for row in covered)
