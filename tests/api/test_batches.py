"""Voucher batches over the API: asked for, then made by a worker."""

from collections.abc import Callable
from typing import Any

import pytest

from billing.models import Batch
from kmikro.lib import codes
from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_a_batch_is_asked_for_and_made(
    token_for: Callable[..., Any], isp: Isp, soon: Callable[[], Any]
) -> None:
    with scope.inside(isp.schema_name):
        plan = make.make_plan(name="Hour", price_minor=1000)
    program = token_for(["vouchers:read", "vouchers:write", "vouchers:codes"])
    with soon():
        asked = program.call("POST", "voucher-batches/", {"plan": plan.pk, "count": 3, "note": "Kiosk"})
    assert asked.status_code == 202, asked.content
    body = asked.json()
    assert (body["state"], body["made"], body["count"], body["price_minor"]) == ("waiting", 0, 3, 1000)
    ready = program.get(asked["Location"]).json()
    assert (ready["state"], ready["made"], ready["plan"]) == ("ready", 3, {"id": plan.pk, "name": "Hour"})
    rows = program.call("GET", f"vouchers/?batch={body['id']}").json()["results"]
    assert [row["serial"] for row in rows] == [f"{body['id']}-000{n}" for n in (3, 2, 1)]
    assert all(codes.is_plausible(row["code"]) and row["state"] == "new" for row in rows)


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"count": 0}, 422, "count"),
        ({"count": 100_001}, 422, "count"),
        ({"plan": 999_999}, 422, "plan"),
        ({"plan": "1"}, 400, "plan"),
        ({"price_minor": 0}, 400, "price_minor"),
        ({"made_by": 1}, 400, "made_by"),
    ],
)
def test_a_wrong_batch_is_refused(
    token_for: Callable[..., Any], isp: Isp, change: dict[str, Any], status: int, field: str
) -> None:
    with scope.inside(isp.schema_name):
        plan = make.make_plan()
    answer = token_for().call("POST", "voucher-batches/", {"plan": plan.pk, "count": 1, **change})
    assert answer.status_code == status, answer.content
    assert field in answer.content.decode()
    with scope.inside(isp.schema_name):
        assert not Batch.objects.exists()
