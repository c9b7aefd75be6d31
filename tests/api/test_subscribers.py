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
    assert program.call("POST", "subscribers/", {}).status_code == 405


def test_a_subscriber_is_answered_in_another_language(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        ana = make.make_subscriber(name="Ana")
    program, path = token_for(["subscribers:read", "subscribers:write"]), f"subscribers/{ana.pk}/"
    assert program.call("GET", path).json()["language"] == ""
    changed = program.call("PATCH", path, {"language": "sw"})
    assert (changed.status_code, changed.json()["language"]) == (200, "sw")
    assert program.call("PATCH", path, {"language": "de"}).status_code == 422
    assert program.call("PATCH", path, {}).status_code == 400
