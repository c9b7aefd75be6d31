"""A program imports a file: sent in pieces, settled, read, started, undone."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.journal import SYSTEM
from subscribers import importing
from tenants import scope
from tenants.models import Isp
from tests import factories as make

TEXT = "Name,MSISDN,User,Email\nAna,0722000001,ana.home,a@x.test\nBeto,0722000002,beto.home,none\n"


def test_from_the_file_to_the_undo(token_for: Callable[..., Any], isp: Isp, soon: Callable[[], Any]) -> None:
    with scope.inside(isp.schema_name):
        plan = make.make_plan()
    program = token_for(["subscribers:read", "subscribers:write"])
    sent = program.call("POST", "imports/", {"name": "a.csv", "text": TEXT[:20], "is_last": False})
    assert (sent.status_code, sent.json()["state"]) == (201, "receiving"), sent.content
    path = f"imports/{sent.json()['id']}/"
    whole = program.call("POST", f"{path}pieces/", {"number": 2, "text": TEXT[20:], "is_last": True}).json()
    assert (whole["state"], whole["rows"], whole["columns"]) == (
        "new",
        2,
        ["name", "phone", "username", "email"],
    )
    with soon():
        settled = program.call("POST", f"{path}columns/", {"rules": {"plan": plan.pk, "match": ["username"]}})
    assert settled.status_code == 202, settled.content
    found = program.call("GET", path).json()
    assert (found["state"], found["counts"], found["rules"]["match"]) == (
        "checked",
        {"new": 1, "error": 1},
        ["username"],
    )
    wrong = program.call("GET", f"{path}rows/?kind=error").json()["results"]
    assert wrong[0]["problems"] == [{"column": "Email", "text": "“none” is no email address."}]
    with soon():
        assert program.call("POST", f"{path}start/").status_code == 202
    done = program.call("GET", path).json()
    assert (done["state"], done["rows_done"], done["counts"]["accounts"]) == ("done", 2, 1)
    secrets = program.call("POST", f"{path}secrets/", Idempotency_Key="one").json()
    assert secrets["results"][0]["username"] == "ana.home"
    assert program.call("POST", f"{path}secrets/", Idempotency_Key="one").json() == secrets  # the lost answer
    assert program.call("POST", f"{path}secrets/").status_code == 409
    with soon():
        program.call("POST", f"{path}undo/")
    assert program.call("GET", path).json()["counts"]["undone"] == 1
    assert program.call("GET", "imports/?state=undone&search=a.c").json()["results"][0]["id"] == done["id"]
    assert program.call("DELETE", path).status_code == 409


@pytest.mark.parametrize(
    ("call", "status", "said"),
    [
        (("POST", "imports/", {"name": "a.csv", "text": "Name\n"}), 422, "no row under"),
        (("POST", "imports/", {"name": "a.csv"}), 400, "text"),
        (("POST", "imports/{pk}/columns/", {"columns": ["phone"]}), 422, "There are 4 columns"),
        (("POST", "imports/{pk}/columns/", {"rules": {"match": ["shoes"]}}), 400, "match"),
        (("POST", "imports/{pk}/columns/", {"rules": {"plan": 999}}), 422, "plan on sale"),
        (("POST", "imports/{pk}/start/", None), 409, "after its dry run"),
        (("GET", "imports/{pk}/rows/?kind=x", None), 400, "kind"),
        (("DELETE", "imports/{pk}/", None), 204, ""),
    ],
)
def test_wrong_requests_say_what_is_wrong(
    token_for: Callable[..., Any], isp: Isp, call: Any, status: int, said: str
) -> None:
    program = token_for()
    with scope.inside(isp.schema_name):
        file = importing.receive("a.csv", TEXT.encode(), country="KE", by=SYSTEM, now=make.NOW)
    method, path, body = call
    answer = program.call(method, path.format(pk=file.pk), body)
    assert answer.status_code == status, answer.content
    assert said in answer.content.decode()
