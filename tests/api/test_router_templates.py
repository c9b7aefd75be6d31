"""Templates over the API: made, filled in by sites and routers, previewed, changed and removed."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import JournalEntry
from routers.models import Router, SiteValues, Template
from tenants import scope
from tenants.models import Isp
from tests import factories as make
from tests.routers.test_previews import was_read

QUEUE = {"kind": "queue", "key": "all", "values": {"target": "{lan}", "download": "50M"}}
BODY = {"name": "Cafe", "note": "For cafes", "offers": [QUEUE]}
LAN = {"lan": "10.5.50.0/24"}


@pytest.fixture
def gate(isp: Isp) -> Router:
    with scope.inside(isp.schema_name):
        router = make.make_router(name="Gate", address="203.0.113.9", serial="")
        was_read(router)
    return router


@pytest.fixture
def program(token_for: Callable[..., Any]) -> Any:
    return token_for(["routers:read", "routers:write"])


def template(program: Any) -> int:
    made = program.call("POST", "router-templates/", BODY)
    assert made.status_code == 201, made.content
    assert made.headers["Location"].endswith(f"/router-templates/{made.json()['id']}/")
    return int(made.json()["id"])


def test_a_template_is_made_listed_looked_at_changed_and_removed(program: Any) -> None:
    number = template(program)
    (listed,) = program.call("GET", "router-templates/").json()["results"]
    assert listed == program.call("GET", f"router-templates/{number}/").json()
    assert (listed["name"], listed["note"], listed["names"]) == ("Cafe", "For cafes", ["lan"])
    assert listed["offers"][0]["values"] == {"target": "{lan}", "download": "50M"}
    again = program.call("POST", "router-templates/", BODY)
    assert (again.status_code, again.json()["field"]) == (422, "name")
    changed = program.call("PATCH", f"router-templates/{number}/", {"name": "Bar"})
    assert changed.status_code == 200, changed.content
    assert changed.json() == {
        **listed,
        "name": "Bar",
        "changed_at": changed.json()["changed_at"],
        "routers": [],
    }
    assert program.call("DELETE", f"router-templates/{number}/").status_code == 204
    for method in ("GET", "PATCH", "DELETE"):
        assert program.call(method, f"router-templates/{number}/", {}).status_code == 404


@pytest.mark.parametrize(
    ("offer", "status"),
    [
        ({**QUEUE, "kind": "tunnel"}, 422),
        ({**QUEUE, "values": {"target": "{lan}", "colour": "{red}"}}, 422),
        ({**QUEUE, "values": {"target": 5}}, 422),
        ({**QUEUE, "values": []}, 400),
        ({**QUEUE, "more": 1}, 400),
        (QUEUE["key"], 400),
    ],
)
def test_offers_that_will_not_do(program: Any, isp: Isp, offer: Any, status: int) -> None:
    answer = program.call("POST", "router-templates/", {**BODY, "offers": [offer]})
    assert answer.status_code == status, answer.content
    with scope.inside(isp.schema_name):
        assert not Template.objects.exists()


def test_a_router_follows_it_after_a_preview_that_keeps_nothing(program: Any, isp: Isp, gate: Router) -> None:
    number, path = template(program), f"routers/{gate.pk}/template/"
    assert program.call("GET", path).json() == {"template": None, "values": {}}
    wanted = {"template": number, "values": LAN}
    missing = program.call("POST", f"{path}preview/", {"template": number})
    assert (missing.status_code, missing.json()["field"]) == (422, "values")
    shown = program.call("POST", f"{path}preview/", wanted)
    assert shown.status_code == 200, shown.content
    assert shown.json()["sentences"][-1] == "Adds the queue kmikro-queue-all"
    assert "target=10.5.50.0/24" in shown.json()["lines"][-1]
    assert program.call("GET", path).json()["template"] is None
    with scope.inside(isp.schema_name):
        assert Router.objects.get().written_menus == []
        assert not JournalEntry.objects.filter(verb="router.template").exists()
    told = program.call("PATCH", path, wanted).json()
    assert told == {"template": {"id": number, "name": "Cafe"}, "values": LAN}
    assert program.call("GET", path).json() == told
    assert program.call("GET", f"routers/{gate.pk}/plan/").json() == shown.json()
    kept = program.call("DELETE", f"router-templates/{number}/")
    assert (kept.status_code, kept.json()["code"]) == (409, "in_use")
    faster = {"offers": [{**QUEUE, "values": {"target": "{lan}", "download": "90M"}}]}
    changed = program.call("PATCH", f"router-templates/{number}/", faster)
    assert changed.json()["routers"] == [{"id": gate.pk, "name": "Gate"}]
    broken = {"offers": [{**QUEUE, "values": {"target": "{other}", "download": "90M"}}]}
    refused = program.call("PATCH", f"router-templates/{number}/", broken)
    assert (refused.status_code, "Gate: " in refused.json()["detail"]) == (422, True)
    assert program.call("PATCH", path, {"template": None}).json() == {"template": None, "values": {}}
    unknown = program.call("PATCH", path, {"template": 10**9})
    assert (unknown.status_code, unknown.json()["field"]) == (422, "template")


def test_a_site_fills_names_in_for_its_routers(program: Any, isp: Isp, gate: Router) -> None:
    number, path = template(program), f"sites/{gate.site_id}/values/"
    assert program.call("GET", path).json() == {"values": {}, "changed_at": None}
    first = program.call("PATCH", path, {"values": LAN})
    assert (first.status_code, first.json()["values"], first.json()["routers"]) == (200, LAN, [])
    assert program.call("PATCH", f"routers/{gate.pk}/template/", {"template": number}).status_code == 200
    second = program.call("PATCH", path, {"values": {"lan": "10.6.50.0/24"}})
    assert second.json()["routers"] == [{"id": gate.pk, "name": "Gate"}]
    lost = program.call("PATCH", path, {"values": {}})
    assert (lost.status_code, "Gate: Say what {lan}" in lost.json()["detail"]) == (422, True)
    assert program.call("GET", path).json()["values"] == {"lan": "10.6.50.0/24"}
    for bad in ({"values": {"Lan": "x"}}, {"values": {"lan": "a{b"}}):
        assert program.call("PATCH", path, bad).status_code == 422
    for bad in ({}, {"values": {"lan": None}}, {"values": [1]}, {"value": {}}):
        assert program.call("PATCH", path, bad).status_code == 400
    assert program.call("GET", f"sites/{10**9}/values/").status_code == 404
    with scope.inside(isp.schema_name):
        assert SiteValues.objects.count() == 1


def test_reading_is_not_changing(token_for: Callable[..., Any], gate: Router) -> None:
    reader = token_for(["routers:read"])
    assert reader.call("POST", "router-templates/", BODY).status_code == 403
    assert reader.call("PATCH", f"routers/{gate.pk}/template/", {"template": None}).status_code == 403
    assert reader.call("POST", f"routers/{gate.pk}/template/preview/", {"template": None}).status_code == 200
