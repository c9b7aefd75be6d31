"""Subscribers over the API."""

from collections.abc import Callable
from typing import Any

from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_subscribers_are_read(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        ana = make.make_subscriber(name="Ana Wanjiru")
        ben = make.make_subscriber(name="Ben", phone="+254711")
        service = make.make_service(kind="account", subscriber=ana, label="ana@home", secret="hidden")
    program = token_for(["subscribers:read"])
    rows = program.call("GET", "subscribers/").json()["results"]
    assert [row["id"] for row in rows] == [ben.pk, ana.pk]
    assert [row["id"] for row in program.call("GET", "subscribers/?search=wanj").json()["results"]] == [
        ana.pk
    ]
    shown = program.call("GET", f"subscribers/{ana.pk}/")
    assert shown.json()["services"][0]["label"] == service.label
    assert "hidden" not in shown.content.decode()
    assert program.call("POST", "subscribers/", {"name": "Dora"}).status_code == 403


def test_a_subscriber_is_answered_in_another_language(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        ana = make.make_subscriber(name="Ana")
    program, path = token_for(["subscribers:read", "subscribers:write"]), f"subscribers/{ana.pk}/"
    assert program.call("GET", path).json()["language"] == ""
    changed = program.call("PATCH", path, {"language": "sw"})
    assert (changed.status_code, changed.json()["language"]) == (200, "sw")
    assert program.call("PATCH", path, {"language": "de"}).status_code == 422
    assert program.call("PATCH", path, {}).status_code == 400


WRITES = ["subscribers:read", "subscribers:write"]


def test_somebody_is_made_changed_and_moved(token_for: Callable[..., Any], isp: Isp) -> None:
    program = token_for(WRITES)
    with scope.inside(isp.schema_name):
        site = make.make_site(name="Karen")
    made = program.call(
        "POST",
        "subscribers/",
        {"name": "Dora", "state": "lead", "phones": [{"number": "0722 418 906", "label": "Shop"}], "site": site.pk,
         "tags": ["Fibre"], "latitude": "-1.3", "longitude": "36.8", "emails": [{"address": "dora@example.test"}]},
    )  # fmt: skip
    assert made.status_code == 201, made.content
    body, path = made.json(), made["Location"].partition("/api/v1/")[2]
    assert (body["phone"], body["phones"][0]["digits"], body["email"]) == (
        "0722 418 906",
        "254722418906",
        "dora@example.test",
    )
    assert (body["site"]["name"], body["tags"], body["state"], body["is_billed"]) == (
        "Karen",
        ["fibre"],
        "lead",
        False,
    )
    assert body["account_number"].isdigit()
    for query in (
        "search=722418",
        f"search={body['account_number']}",
        "tag=fibre",
        f"site={site.pk}",
        "state=lead",
    ):
        [row] = program.call("GET", f"subscribers/?{query}").json()["results"]
        assert row["id"] == body["id"], query
    assert program.call("GET", "subscribers/?state=active").json()["results"] == []
    changed = program.call("PATCH", path, {"name": "Dora N", "site": None, "phones": []})
    assert (changed.json()["name"], changed.json()["site"], changed.json()["phone"]) == ("Dora N", None, "")
    assert program.call("PATCH", path, {"latitude": "100", "longitude": "1"}).json()["field"] == "latitude"
    assert program.call("PATCH", path, {"site": 999_999}).status_code == 422
    assert program.call("POST", f"{path}do/activate/", {}).json()["is_billed"] is True
    blocked = program.call("POST", f"{path}do/block/", {"why": "Owes"}).json()
    assert (blocked["state"], blocked["is_billed"]) == ("blocked", True)
    assert program.call("POST", f"{path}do/block/", {}).json()["code"] == "wrong_state"
    assert program.call("POST", f"{path}do/dance/", {}).status_code == 409


def test_blocking_disconnects_and_unblocking_restores(token_for: Callable[..., Any], isp: Isp) -> None:
    program = token_for(WRITES)
    with scope.inside(isp.schema_name):
        ana = make.make_subscriber()
        service = make.make_service(kind="account", subscriber=ana)
        session = make.make_session(service=service)
    [shown] = program.call("POST", f"subscribers/{ana.pk}/do/block/", {}).json()["services"]
    assert (shown["status"], shown["held"]) == ("suspended", "blocked")
    with scope.inside(isp.schema_name):
        session.refresh_from_db()
        assert session.disconnect_state == "asked"
    [shown] = program.call("POST", f"subscribers/{ana.pk}/do/unblock/", {}).json()["services"]
    assert (shown["status"], shown["held"]) == ("active", "")
