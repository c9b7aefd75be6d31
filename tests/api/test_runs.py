"""Runs of a router over the API."""

from collections.abc import Callable
from typing import Any

from routers.models import SyncRun
from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_the_newest_first_with_steps(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        router = make.make_router()
        step = {"do": "add", "path": "/radius", "what": "Adds our RADIUS server", "done": True}
        for reason in ("First", "Second"):
            SyncRun.objects.create(
                router=router, reason=reason, state="done", started_at=make.NOW, steps=[step]
            )
        SyncRun.objects.create(router=make.make_router(), reason="Other", started_at=make.NOW)
    program = token_for(["routers:read"])
    rows = program.call("GET", f"routers/{router.pk}/runs/").json()["results"]
    assert [row["reason"] for row in rows] == ["Second", "First"]
    assert rows[0]["steps"] == [
        {"do": "add", "path": "/radius", "sentence": "Adds our RADIUS server", "done": True}
    ]
    assert program.call("GET", f"routers/{10**9}/runs/").status_code == 404
    assert token_for(["plans:read"]).call("GET", f"routers/{router.pk}/runs/").status_code == 403
