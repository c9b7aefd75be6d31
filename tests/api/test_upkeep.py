"""Backups, versions and looks over the API."""

from collections.abc import Callable
from typing import Any

from routers import asks, backups, exports
from routers.models import RouterFirmware
from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_backups_and_versions(token_for: Callable[..., Any], isp: Isp) -> None:
    menus = {"/ip/pool": [{"name": "a"}]}
    with scope.inside(isp.schema_name):
        router = make.make_router()
        kept, _ = backups.keep(
            router.pk, backups.Taken("7", exports.text_of(menus), menus), "x", now=make.NOW
        )
        RouterFirmware.objects.create(router=router, installed="7", checked_at=make.NOW)
    reader, owner = token_for(["routers:read"]), token_for(["routers:read", "routers:write"])
    listed = reader.get(f"/api/v1/routers/{router.pk}/backups/").json()["results"]
    assert [(row["id"], "text" in row) for row in listed] == [(kept.pk, False)]
    here = f"/api/v1/routers/{router.pk}/backups/{kept.pk}/"
    assert reader.get(here).status_code == 403
    assert owner.get(here).json()["text"] == "/ip/pool\n  name=a\n"
    assert reader.get("/api/v1/router-firmware/").json()["results"][0]["router"]["id"] == router.pk
    assert owner.get(f"/api/v1/routers/{router.pk}/backups/999999/").status_code == 404


def test_looks(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        router = make.make_router()
    program = token_for(["routers:read"])
    path = f"routers/{router.pk}/looks/"
    asked = program.call("POST", path, {"tool": "ping", "subject": "9.9.9.9"})
    assert asked.status_code == 202, asked.content
    assert asked.json()["is_done"] is False
    token = asked.json()["token"]
    table = {"heads": ["A"], "cells": [["1"]], "summary": "x"}
    with scope.inside(isp.schema_name):
        ask = asks.get(token)
        assert ask is not None
        asks.put(token, ask | {"table": table, "is_done": True})
    assert program.get(asked["Location"]).json()["table"] == table
    assert program.get(f"/api/v1/{path}nothing/").status_code == 404
    for body in (
        {"tool": "ping", "subject": "example.com"},
        {"tool": "look", "subject": "ether1"},
        {"tool": "x"},
    ):
        assert program.call("POST", path, body).status_code in (400, 403, 422), body
