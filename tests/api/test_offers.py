"""Offers and the plan of a router over the API."""

from collections.abc import Callable
from typing import Any

from routers.models import Offering
from tenants import scope
from tenants.models import Isp
from tests import factories as make
from tests.isolation.bodies import API_OFFER


def test_an_offer_is_kept_listed_and_refused_by_its_field(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        router = make.make_router(address="203.0.113.9")
    program = token_for(["routers:read", "routers:write"])
    answer = program.call("POST", f"routers/{router.pk}/offers/", API_OFFER)
    assert answer.status_code == 201, answer.content
    assert answer.json()["values"]["download"] == "50M"
    again = program.call("POST", f"routers/{router.pk}/offers/", API_OFFER)
    assert (again.status_code, again.json()["field"]) == (422, "key")
    listed = program.call("GET", f"routers/{router.pk}/offers/").json()["results"]
    assert [row["key"] for row in listed] == ["cafe"]
    with scope.inside(isp.schema_name):
        assert Offering.objects.count() == 1


def test_an_offer_is_changed_and_removed(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        router, other = (make.make_router(address=f"203.0.113.{n}") for n in (8, 9))
    program = token_for(["routers:read", "routers:write"])
    number = program.call("POST", f"routers/{router.pk}/offers/", API_OFFER).json()["id"]
    path = f"routers/{router.pk}/offers/{number}/"
    changed = program.call("PATCH", path, {"values": {"target": "10.41.0.0/24", "upload": "5M"}})
    assert changed.status_code == 200, changed.content
    assert changed.json()["values"] == {"target": "10.41.0.0/24", "upload": "5M"}
    assert program.call("GET", path).json() == changed.json()
    refused = program.call("PATCH", path, {"values": {"target": "10.41.0.0/24"}})
    assert (refused.status_code, refused.json()["field"]) == (422, "download")
    for method, body in (("GET", None), ("PATCH", {"values": {}}), ("DELETE", None)):
        elsewhere = program.call(method, f"routers/{other.pk}/offers/{number}/", body)
        assert elsewhere.status_code == 404, "another router's offer"
    assert program.call("DELETE", path).status_code == 204
    assert program.call("GET", path).status_code == 404
    with scope.inside(isp.schema_name):
        assert not Offering.objects.exists()


def test_the_plan_of_a_router_that_was_not_read_is_empty(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        router = make.make_router(address="203.0.113.9")
    shown = token_for(["routers:read"]).call("GET", f"routers/{router.pk}/plan/").json()
    assert shown == {"read_at": None, "trouble": "", "cautions": [], "sentences": [], "lines": []}
