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
        ({"price_minor": -1}, 400, "price_minor"),
        ({"prefix": "ABCD"}, 400, "prefix"),
        ({"alphabet": "greek"}, 400, "alphabet"),
        ({"use_by": "2020-01-01"}, 422, "use_by"),
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


def test_codes_price_and_last_day_are_chosen(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        plan = make.make_plan(price_minor=1000)
    wanted = {
        "plan": plan.pk,
        "count": 5,
        "alphabet": "digits",
        "prefix": "km",
        "price_minor": 900,
        "use_by": "2030-12-31",
    }
    answer = token_for().call("POST", "voucher-batches/", wanted)
    assert answer.status_code == 202, answer.content
    body = answer.json()
    assert (body["prefix"], body["alphabet"], body["length"], body["price_minor"]) == (
        "KM",
        "digits",
        12,
        900,
    )
    assert body["use_by"] == "2030-12-31T21:00:00Z"
    weak = token_for().call("POST", "voucher-batches/", {**wanted, "length": 6})
    assert (weak.status_code, weak.json()["code"], weak.json()["field"]) == (422, "short_codes", "length")


def test_a_range_is_made_void_after_a_look(
    token_for: Callable[..., Any], isp: Isp, django_capture_on_commit_callbacks: Any
) -> None:
    with scope.inside(isp.schema_name):
        batch = make.make_batch(count=2, made=2)
        new, used = make.make_voucher(batch=batch), make.make_voucher(batch=batch, first_used_at=make.NOW)
        live = make.make_session(service=used.service)
    program, path = token_for(), f"voucher-batches/{batch.pk}/void/"
    body = {"reason": "Stolen", "everything": True, "first": used.serial, "last": used.serial}
    seen = program.call("POST", path, {**body, "preview": True}).json()
    assert seen == {"unused": 0, "in_use": 1, "used_up": 0, "void": 0, "voided": 1, "disconnected": 1}
    assert program.call("POST", path, body).json() == seen
    assert program.call("POST", path, body).json()["code"] == "nothing_to_void"
    assert program.call("POST", path, {"everything": True}).status_code == 400
    with scope.inside(isp.schema_name):
        for each in (new.service, used.service, live):
            each.refresh_from_db()
        assert (new.service.status, used.service.status, live.disconnect_state) == ("active", "void", "asked")
