"""Device lists over the API."""

from collections.abc import Callable
from typing import Any

from subscribers.models import Device
from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_list_add_and_take_off(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        ana = make.make_service(kind="account", label="ana.home")
        beto = make.make_service(kind="account", label="beto.home")
    program = token_for(["subscribers:read", "subscribers:write"])
    path = f"accounts/{ana.pk}/devices/"
    made = program.call(
        "POST", path, {"mac": "aabb.cc00.0007", "label": "Till"}, **{"Idempotency-Key": "one"}
    )
    assert made.status_code == 201, made.content
    assert (made.json()["mac"], made.json()["label"]) == ("AA:BB:CC:00:00:07", "Till")
    again = program.call(
        "POST", path, {"mac": "aabb.cc00.0007", "label": "Till"}, **{"Idempotency-Key": "one"}
    )
    assert again.json() == made.json()
    assert program.call("GET", path).json()["results"] == [made.json()]
    taken = program.call("POST", f"accounts/{beto.pk}/devices/", {"mac": "AABBCC000007"})
    assert (taken.status_code, taken.json()["code"], taken.json()["field"]) == (422, "mac_taken", "mac")
    number = made.json()["id"]
    assert program.call("DELETE", f"accounts/{beto.pk}/devices/{number}/").status_code == 404
    assert program.call("DELETE", f"{path}{number}/").status_code == 204
    assert program.call("DELETE", f"{path}{number}/").status_code == 404
    with scope.inside(isp.schema_name):
        assert not Device.objects.exists()


def test_a_voucher_has_no_list_here(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        voucher = make.make_voucher()
    assert token_for().call("GET", f"accounts/{voucher.service_id}/devices/").status_code == 404
