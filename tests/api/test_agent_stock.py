"""An agent's stock over the API."""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from billing.models import Batch
from subscribers.models import Service
from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_given_received_returned_and_taken_in(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        agent = make.make_agent(user=User.objects.get(role="reseller"), limit_minor=10_000)
        voucher = make.make_voucher()
    owner, own = token_for(), token_for(["agents:read", "agents:sell"], role="reseller")
    path, batch = f"agents/{agent.pk}/stock/", voucher.batch_id

    def status() -> str:
        with scope.inside(isp.schema_name):
            return Service.objects.get(pk=voucher.service_id).status

    assert own.call("POST", path, {"batch": batch}).status_code == 403
    assert owner.call("POST", path, {"batch": 999_999}).status_code == 422
    given = owner.call("POST", path, {"batch": batch})
    assert (given.status_code, given.json()["state"], status()) == (201, "sent", "pending")
    assert owner.call("POST", path, {"batch": batch}).json()["code"] == "has_agent"
    assert (own.call("POST", f"{path}{batch}/receive/").json()["state"], status()) == ("held", "active")
    assert [row["batch"] for row in own.call("GET", path).json()["results"]] == [batch]
    assert own.call("POST", f"{path}{batch}/return/").json()["unsold"] == 1
    assert status() == "pending"
    assert own.call("POST", f"{path}{batch}/return/").status_code == 404
    assert (owner.call("POST", f"{path}{batch}/restock/").json()["state"], status()) == ("stocked", "active")
    assert owner.call("POST", f"{path}{batch}/restock/").json()["code"] == "not_returned"


def test_what_was_used_unsold_is_booked(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        agent = make.make_agent(limit_minor=10_000)
        voucher = make.make_voucher(first_used_at=make.NOW)
        Batch.objects.filter(pk=voucher.batch_id).update(agent=agent, received_at=make.NOW)
    booked = token_for().call("POST", f"agents/{agent.pk}/stock/book-used/")
    assert (booked.status_code, booked.json()[0]["used_unsold"]) == (201, True)
