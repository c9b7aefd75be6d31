"""The ledger of an agent over the API: booked once under one key."""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_topped_up_once_corrected_and_sent(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        agent = make.make_agent(user=User.objects.get(role="reseller"))
        below, stranger = make.make_agent(parent=agent), make.make_agent()
    program, path = token_for(), f"agents/{agent.pk}/"
    for _ in range(2):
        booked = program.call("POST", f"{path}top-up/", {"amount_minor": 1000}, **{"Idempotency-Key": "one"})
        assert (booked.status_code, booked.json()["balance_minor"]) == (201, 1000)
    assert program.call("POST", f"{path}correct/", {"amount_minor": -100, "text": "Twice"}).status_code == 201
    refused = program.call("POST", f"{path}correct/", {"amount_minor": -901, "text": "More"})
    assert (refused.status_code, refused.json()["code"]) == (422, "float_short")
    own = token_for(["agents:read", "agents:sell"], role="reseller")
    assert own.call("POST", f"{path}send/", {"to": below.pk, "amount_minor": 400}).status_code == 201
    assert own.call("POST", f"{path}send/", {"to": stranger.pk, "amount_minor": 1}).status_code == 422
    assert own.call("POST", f"{path}top-up/", {"amount_minor": 1}).status_code == 403
    rows = own.call("GET", f"{path}ledger/").json()["results"]
    assert [(row["kind"], row["amount_minor"], row["balance_minor"]) for row in rows] == [
        ("sent", -400, 500),
        ("correction", -100, 900),
        ("top_up", 1000, 1000),
    ]
    assert rows[0]["other"] == {"id": below.pk, "name": below.name}
    assert len(own.call("GET", f"{path}ledger/?kind=sent").json()["results"]) == 1
    assert own.call("GET", f"agents/{below.pk}/ledger/").json()["results"][0]["kind"] == "received"
