"""Rollouts over the API: begun over routers in an order, followed, stopped, gone on with, in windows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routers.models import Change, Rollout
from tenants import scope
from tenants.models import Isp
from tests import factories as make


@pytest.fixture
def ids(isp: Isp) -> list[int]:
    with scope.inside(isp.schema_name):
        return [make.make_router(name=f"Gate {n}").pk for n in range(3)]


@pytest.fixture
def program(token_for: Callable[..., Any]) -> Any:
    return token_for(["routers:read", "routers:write"])


def test_begun_followed_stopped_and_gone_on(program: Any, isp: Isp, ids: list[int]) -> None:
    made = program.call("POST", "rollouts/", {"name": "Pages", "routers": ids[::-1]})
    assert made.status_code == 202, made.content
    told = made.json()
    path = f"rollouts/{told['id']}/"
    assert made.headers["Location"].endswith(f"/{path}")
    assert (told["routers"], told["done"], told["bad"], told["waves"]) == (3, 0, 0, [1, 2, 3])
    with scope.inside(isp.schema_name):
        first = Change.objects.get(place=0)
        assert first.router_id == ids[-1], "the first that was named is alone"
        Change.objects.filter(pk=first.pk).update(state="kept")
        Change.objects.filter(place=1).update(state="failed", trouble="No answer.")
    shown = program.call("GET", path).json()
    assert (shown["done"], shown["bad"], shown["state"]) == (1, 1, "running")
    changes = program.call("GET", f"{path}changes/").json()["results"]
    assert {row["router"]["id"] for row in changes} == set(ids)
    assert changes[0]["rollout"] == {"id": told["id"], "name": "Pages"}
    for query, count in (("", 1), ("?state=running&search=pag", 1), ("?state=done", 0), ("?search=x", 0)):
        assert len(program.call("GET", f"rollouts/{query}").json()["results"]) == count, query
    stopped = program.call("POST", f"{path}stop/").json()
    assert (stopped["state"], stopped["trouble"]) == ("stopped", "Stopped by API: Counter script.")
    assert program.call("POST", f"{path}stop/").status_code == 409
    opens = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    again = program.call("POST", f"{path}resume/", {"not_before": opens.isoformat()})
    assert (again.status_code, again.json()["state"], again.json()["bad"]) == (202, "running", 0)
    assert datetime.fromisoformat(again.json()["not_before"]) == opens


def test_what_is_refused(token_for: Callable[..., Any], program: Any, isp: Isp, ids: list[int]) -> None:
    with scope.inside(isp.schema_name):
        new = make.make_router(name="New", state="waiting").pk
    yesterday = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    for body, status in (
        ({"name": "x", "routers": []}, 400),
        ({"name": "x"}, 400),
        ({"routers": ids}, 400),
        ({"name": "x", "routers": [*ids, ids[0]]}, 422),
        ({"name": "x", "routers": [10**9]}, 422),
        ({"name": "x", "routers": [*ids, new]}, 422),
        ({"name": "x", "routers": ids, "not_after": yesterday}, 422),
    ):
        assert program.call("POST", "rollouts/", body).status_code == status, body
    reader = token_for(["routers:read"])
    assert reader.call("POST", "rollouts/", {"name": "x", "routers": ids}).status_code == 403
    for what in ("", "changes/"):
        assert program.call("GET", f"rollouts/{10**9}/{what}").status_code == 404
    for what in ("stop", "resume"):
        assert program.call("POST", f"rollouts/{10**9}/{what}/").status_code == 404
    with scope.inside(isp.schema_name):
        assert not Rollout.objects.exists()
