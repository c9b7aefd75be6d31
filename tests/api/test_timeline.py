"""The timeline over the API: pages by cursor, kinds, and only what the token's other scopes open."""

from collections.abc import Callable
from typing import Any

from accounts.journal import SYSTEM
from subscribers import notes
from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_timeline(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        ana = make.make_subscriber()
        service = make.make_service(kind="account", subscriber=ana)
        make.make_session(service=service)
        make.make_attempt(service=service)
        for number in range(3):
            notes.write(ana, f"Note {number}", by=SYSTEM, now=make.NOW)
    path = f"subscribers/{ana.pk}/timeline/"
    program = token_for(["subscribers:read", "sessions:read", "logins:read"])
    whole = program.call("GET", path).json()["results"]
    assert sorted(event["kind"] for event in whole) == ["note", "note", "note", "refused", "session"]
    found, cursor = [], ""
    while cursor is not None:
        answer = program.call("GET", f"{path}?limit=2{cursor and f'&cursor={cursor}'}").json()
        found, cursor = found + answer["results"], answer["next_cursor"]
    assert found == whole
    few = token_for(["subscribers:read"])
    assert {event["kind"] for event in few.call("GET", path).json()["results"]} == {"note"}
    assert few.call("GET", f"{path}?kind=session").json()["results"] == []
    assert few.call("GET", f"{path}?cursor=x").status_code == 400
