"""Notes, consents and files of a subscriber, and own fields, over the API."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from tenants import scope
from tenants.models import Isp
from tests import factories as make

WRITES = ["subscribers:read", "subscribers:write"]


@pytest.fixture
def ana(isp: Isp) -> int:
    with scope.inside(isp.schema_name):
        return make.make_subscriber(name="Ana").pk


def test_notes_and_consents(token_for: Callable[..., Any], ana: int) -> None:
    program, path = token_for(WRITES), f"subscribers/{ana}/"
    made = program.call(
        "POST", f"{path}notes/", {"text": "Dog is kind", "kind": "installer", "is_pinned": True}
    )
    assert (made.status_code, made.json()["is_pinned"], made.json()["by"][:4]) == (201, True, "API:")
    assert [row["text"] for row in program.call("GET", f"{path}notes/").json()["results"]] == ["Dog is kind"]
    given = program.call("POST", f"{path}consents/", {"what": "Terms", "version": "3"}).json()
    taken = program.call("POST", f"{path}consents/{given['id']}/withdraw/", {}).json()
    assert taken["withdrawn_at"]
    assert program.call("GET", f"{path}consents/").json()["results"] == [taken]


def test_files(token_for: Callable[..., Any], ana: int) -> None:
    program, path = token_for(WRITES), f"subscribers/{ana}/files/"
    content = base64.b64encode(b"hello").decode()
    made = program.call("POST", path, {"name": "a.txt", "content": content})
    assert (made.status_code, made.json()["size"]) == (201, 5)
    whole = program.call("GET", f"{path}{made.json()['id']}/").json()
    assert whole["content"] == content
    assert program.call("POST", path, {"name": "a.txt", "content": "%"}).status_code == 422
    assert program.call("POST", path, {"name": "a.html", "content": content}).json()["code"] == "bad_type"
    assert program.call("DELETE", f"{path}{made.json()['id']}/").status_code == 204
    assert program.call("GET", path).json()["results"] == []


def test_own_fields(token_for: Callable[..., Any], ana: int) -> None:
    program = token_for(WRITES)
    field = program.call(
        "POST", "custom-fields/", {"name": "House", "kind": "choice", "options": ["Own", "Rented"]}
    ).json()
    body = {"custom": {str(field["id"]): "Own"}}
    assert program.call("PATCH", f"subscribers/{ana}/", body).json()["custom"] == body["custom"]
    assert (
        program.call("PATCH", f"subscribers/{ana}/", {"custom": {str(field["id"]): "Tent"}}).status_code
        == 422
    )
    assert program.call("DELETE", f"custom-fields/{field['id']}/").status_code == 204
    [row] = program.call("GET", "custom-fields/").json()["results"]
    assert row["is_archived"] is True
    assert token_for(["subscribers:read"]).call("POST", "custom-fields/", {}).status_code == 403


def test_what_was_merged_is_not_changed(token_for: Callable[..., Any], isp: Isp, ana: int) -> None:
    program = token_for(WRITES)
    with scope.inside(isp.schema_name):
        gone = make.make_subscriber(merged_into_id=ana)
    assert program.call("GET", f"subscribers/{gone.pk}/").json()["id"] == ana
    assert program.call("POST", f"subscribers/{gone.pk}/notes/", {"text": "x"}).json()["code"] == "merged"
