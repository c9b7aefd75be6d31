"""Days of agents over the API."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from accounts.journal import SYSTEM
from accounts.models import User
from billing import agent_sales
from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_open_closed_and_reported(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        agent = make.make_agent(user=User.objects.get(role="reseller"), limit_minor=100_000, commission=1000)
        plan = make.make_plan(price_minor=5000)
        day = agent_sales.sell(agent, plan, 2, by=SYSTEM, now=datetime.now(UTC), on_the_spot=True)[
            0
        ].day.isoformat()
    owner, own, path = token_for(), token_for(["agents:read"], role="reseller"), f"agents/{agent.pk}/"
    found = own.call("GET", f"{path}open-days/").json()
    assert (found["since"], found["sales"], found["commissions"], found["due"]) == (
        day,
        -10_000,
        1_000,
        9_000,
    )
    body = {"day": day, "counted_minor": 8_000}
    assert own.call("POST", f"{path}days/", body).status_code == 403
    refused = owner.call("POST", f"{path}days/", body)
    assert (refused.status_code, refused.json()["code"]) == (422, "no_reason")
    closed = owner.call("POST", f"{path}days/", body | {"why": "Short", "write_off": True})
    assert (closed.status_code, closed.json()["balance_minor"]) == (201, 0)
    assert [row["difference_minor"] for row in own.call("GET", f"{path}days/").json()["results"]] == [-1_000]
    assert owner.call("POST", f"{path}days/", {**body, "counted_minor": 1}).json()["code"] == "closed"
    report = own.call("GET", f"agent-report/?by=day&first={day}&last={day}").json()["rows"]
    assert report == [
        {
            "agent": agent.pk, "day": day, "batch": None, "currency": "KES", "count": 2, "price_minor": 10_000,
            "commission_minor": 1_000,
        }
    ]  # fmt: skip
    assert own.call("GET", "agent-report/?by=who&first=x").status_code == 400
