"""Duplicates over the API: listed, previewed, merged, undone."""

from collections.abc import Callable
from typing import Any

from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_duplicates(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        kept, gone = make.make_subscriber(name="Ana"), make.make_subscriber(name="Ana W")
        make.make_service(kind="account", subscriber=gone)
    program = token_for(["subscribers:read", "subscribers:write"])
    [pair] = program.call("GET", "subscriber-duplicates/").json()["results"]
    assert (pair["first"]["id"], pair["second"]["id"], pair["why"]) == (kept.pk, gone.pk, "phone")
    path = f"subscribers/{kept.pk}/merge/"
    shown = program.call("POST", path, {"gone": gone.pk, "preview": True}).json()
    assert (shown["id"], shown["moves"]["services"]) == (None, 1)
    made = program.call("POST", path, {"gone": gone.pk}).json()
    assert program.call("GET", f"subscribers/{gone.pk}/").json()["id"] == kept.pk
    assert program.call("POST", path, {"gone": gone.pk}).json()["code"] == "merged"
    assert program.call("POST", path, {"gone": 999_999}).status_code == 404
    undone = program.call("POST", f"subscribers/{kept.pk}/mergers/{made['id']}/undo/", {}).json()
    assert undone["undone_at"]
    assert program.call("GET", f"subscribers/{gone.pk}/").json()["id"] == gone.pk
