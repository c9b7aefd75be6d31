"""A program changes many at once: looks first, starts, reads each result, undoes."""

from collections.abc import Callable
from typing import Any

import pytest

from subscribers.models import Service
from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_from_the_look_to_the_undo(token_for: Callable[..., Any], isp: Isp, soon: Callable[[], Any]) -> None:
    with scope.inside(isp.schema_name):
        plan = make.make_plan()
        make.make_service(kind="account", label="a", plan=plan)
        make.make_service(kind="account", label="b", plan=plan, status="ended")
        make.make_service(kind="account", label="c")
    program = token_for(["subscribers:read", "subscribers:write"])
    looked = program.call(
        "POST", "bulk-acts/", {"of": "accounts", "act": "suspend", "filter": {"plan": plan.pk}}
    )
    assert looked.status_code == 201, looked.content
    found = looked.json()
    assert (found["state"], found["items"], found["will"]) == ("checked", 2, 1)
    path = f"bulk-acts/{found['id']}/"
    wont = program.call("GET", f"{path}items/?result=wont").json()["results"]
    assert [(row["who"], row["note"]) for row in wont] == [("b", "It has ended.")]
    with soon():
        assert program.call("POST", f"{path}start/").status_code == 202
    assert program.call("GET", path).json()["state"] == "done"
    with scope.inside(isp.schema_name):
        assert Service.objects.get(label="a").status == "suspended"
    with soon():
        program.call("POST", f"{path}undo/")
    assert (
        program.call("GET", "bulk-acts/?state=undone&act=suspend").json()["results"][0]["id"] == found["id"]
    )
    assert program.call("DELETE", path).status_code == 409


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"of": "accounts", "act": "suspend", "ids": [999]}, 409, "Nobody is chosen"),
        ({"of": "people", "act": "add_tag"}, 422, "Write the tag"),
        ({"of": "people", "act": "delete"}, 400, "act"),
        ({"of": "accounts", "act": "extend", "days": 999}, 400, "days"),
        ({"of": "people", "act": "site", "site": 999}, 422, "no site"),
        ({"of": "accounts", "act": "suspend", "filter": {"state": "purple"}}, 409, "Nobody is chosen"),
        ({"of": "accounts", "act": "suspend", "filter": {"search": "zz", "access": "ppp"}}, 409, "Nobody"),
    ],
)
def test_wrong_requests_say_what_is_wrong(
    token_for: Callable[..., Any], isp: Isp, body: dict[str, Any], status: int, said: str
) -> None:
    with scope.inside(isp.schema_name):
        make.make_service(kind="account", subscriber=make.make_subscriber())
    answer = token_for().call("POST", "bulk-acts/", body)
    assert answer.status_code == status, answer.content
    assert said in answer.content.decode()
