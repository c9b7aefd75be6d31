"""Rows of others over the API: listed, taken over, changed after a preview, put back, given back."""

from collections.abc import Callable
from typing import Any

import pytest

from routers import inventory
from routers.facts import Facts
from routers.models import Router, Taken
from routers.rows import Found
from tenants import scope
from tenants.models import Isp
from tests import factories as make

BOSS = {".id": "*1", "name": "boss", "target": "10.7.0.5/32", "max-limit": "1000/2000", "disabled": "false"}
SECRET = {".id": "*2", "name": "old", "password": "hidden-one", "profile": "default"}


@pytest.fixture
def gate(isp: Isp) -> Router:
    with scope.inside(isp.schema_name):
        router = make.make_router(name="Gate", address="203.0.113.9", serial="")
        tables = {
            "/queue/simple": [Found("/queue/simple", "*1", BOSS)],
            "/ppp/secret": [Found("/ppp/secret", "*2", SECRET)],
        }
        inventory.keep(router.pk, Facts("7.20.8", "", tables), whole=True, now=make.NOW)
    return router


@pytest.fixture
def program(token_for: Callable[..., Any]) -> Any:
    return token_for(["routers:read", "routers:write"])


def test_listed_taken_changed_put_back_and_given_back(program: Any, isp: Isp, gate: Router) -> None:
    base = f"routers/{gate.pk}/"
    first = program.call("GET", f"{base}others/?limit=1").json()
    second = program.call("GET", f"{base}others/?limit=1&cursor={first['next_cursor']}").json()
    found = {row["ref"]: row for row in (*first["results"], *second["results"])}
    assert set(found) == {"/queue/simple *1", "/ppp/secret *2"}
    assert second["next_cursor"] is None
    assert "hidden-one" not in str(found)
    assert (found["/queue/simple *1"]["take"], found["/ppp/secret *2"]["take"]) == (True, False)
    (row,) = program.call("GET", f"{base}others/?menu=/ppp/secret").json()["results"]
    assert row["name"] == "the PPP secret old"
    made = program.call("POST", f"{base}taken/", {"rows": ["/queue/simple *1"]})
    assert (made.status_code, made.json()) == (201, {"taken": 1})
    again = program.call("POST", f"{base}taken/", {"rows": ["/queue/simple *1"]})
    assert (again.status_code, again.json()["code"]) == (409, "taken_already")
    (held,) = program.call("GET", f"{base}taken/").json()["results"]
    path = f"{base}taken/{held['id']}/"
    assert program.call("GET", path).json() == held
    assert held["values"] == {name: value for name, value in BOSS.items() if name != ".id"}
    wanted = {"values": {"target": "10.7.0.6/32"}}
    assert program.call("POST", f"{path}preview/", wanted).status_code == 200
    assert program.call("GET", path).json() == held, "a preview keeps nothing"
    changed = program.call("PATCH", path, wanted).json()
    assert (changed["values"]["target"], changed["original"]["target"]) == ("10.7.0.6/32", "10.7.0.5/32")
    back = program.call("POST", f"{path}undo/").json()
    assert back["values"] == held["values"]
    assert program.call("POST", f"{path}give-back/").status_code == 204
    assert program.call("GET", path).status_code == 404, "the router never had our mark on it"


def test_what_is_refused(token_for: Callable[..., Any], program: Any, isp: Isp, gate: Router) -> None:
    base = f"routers/{gate.pk}/taken/"
    none = program.call("POST", base, {"rows": ["/user *1"]})
    assert (none.status_code, none.json()["code"]) == (409, "nothing_chosen")
    program.call("POST", base, {"rows": ["/queue/simple *1"]})
    with scope.inside(isp.schema_name):
        path = f"{base}{Taken.objects.get().pk}/"
    for values, status in (
        ({"comment": "mine"}, 422),
        ({"colour": "red"}, 422),
        ({"disabled": "perhaps"}, 422),
        ({"target": "a\nb"}, 422),
        ({"target": 5}, 400),
        ([], 400),
    ):
        answer = program.call("PATCH", path, {"values": values})
        assert answer.status_code == status, (values, answer.content)
    reader = token_for(["routers:read"])
    assert reader.call("PATCH", path, {"values": {}}).status_code == 403
    assert reader.call("POST", base, {"rows": ["/ppp/secret *2"]}).status_code == 403
    assert reader.call("POST", f"{path}preview/", {"values": {}}).status_code == 200
