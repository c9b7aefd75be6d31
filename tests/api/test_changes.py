"""Changes over the API: planned, read, begun, approved by a second person, kept, taken back, dropped."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.journal import Actor
from routers import changes
from routers.models import Change, Router
from tenants import scope
from tenants.models import Isp
from tests import factories as make

STEP = {
    "do": "add",
    "path": "/radius",
    "what": "Adds our RADIUS server",
    "line": '/radius add secret="*****"',
    "done": False,
}
RISK = {"code": "door", "level": "high", "text": "It can shut us out."}


@pytest.fixture
def gate(isp: Isp) -> Router:
    with scope.inside(isp.schema_name):
        return make.make_router(name="Gate")


@pytest.fixture
def program(token_for: Callable[..., Any]) -> Any:
    return token_for(["routers:read", "routers:write"])


def planned(program: Any, isp: Isp, gate: Router, **facts: Any) -> int:
    """A change that a worker has planned."""
    made = program.call("POST", f"routers/{gate.pk}/changes/", {"reason": "New pages"})
    assert made.status_code == 202, made.content
    number = int(made.json()["id"])
    assert made.headers["Location"].endswith(f"/changes/{number}/")
    with scope.inside(isp.schema_name):
        Change.objects.filter(pk=number).update(**{"state": "planned", "steps": [STEP], **facts})
    return number


def test_planned_looked_at_begun_and_kept(program: Any, isp: Isp, gate: Router) -> None:
    number = planned(program, isp, gate, risks=[RISK])
    shown = program.call("GET", f"changes/{number}/").json()
    assert (shown["state"], shown["is_risky"], shown["router"]["name"]) == ("planned", True, "Gate")
    assert shown["made_by"] == "API: Counter script"
    assert shown["steps"] == [
        {
            "do": "add",
            "path": "/radius",
            "sentence": STEP["what"],
            "line": '/radius add secret="*****"',
            "done": False,
        }
    ]
    assert (shown["risks"], shown["trail"][0]["what"]) == ([RISK], "Asked for a plan.")
    needs = program.call("POST", f"changes/{number}/begin/", {})
    assert (needs.status_code, needs.json()["code"]) == (422, "needs_yes")
    begun = program.call("POST", f"changes/{number}/begin/", {"accept_risks": True}).json()
    assert (begun["state"], begun["accepted_by"]) == ("applying", "API: Counter script")
    assert program.call("POST", f"changes/{number}/keep/").status_code == 409
    armed = datetime.now(UTC) + timedelta(seconds=80)
    with scope.inside(isp.schema_name):
        Change.objects.filter(pk=number).update(state="proving", armed_until=armed)
    kept = program.call("POST", f"changes/{number}/keep/")
    assert (kept.status_code, kept.json()["trail"][-1]["what"]) == (202, "Keep it.")
    back = program.call("POST", f"changes/{number}/take-back/")
    assert (back.status_code, back.json()["trail"][-1]["what"]) == (202, "Take it back.")
    assert program.call("POST", f"changes/{number}/drop/").status_code == 409
    assert program.call("POST", f"changes/{number}/look/").status_code == 409
    with scope.inside(isp.schema_name):
        Change.objects.filter(pk=number).update(state="unknown")
    looked = program.call("POST", f"changes/{number}/look/")
    assert (looked.status_code, looked.json()["trail"][-1]["what"]) == (202, "Asked to look again.")


def test_the_lists_find_and_filter(program: Any, isp: Isp, gate: Router) -> None:
    number = planned(program, isp, gate)
    for path in (
        "changes/",
        "changes/?state=open",
        "changes/?state=planned&search=gate",
        f"changes/?router={gate.pk}",
        f"routers/{gate.pk}/changes/",
    ):
        (row,) = program.call("GET", path).json()["results"]
        assert (row["id"], "steps" in row) == (number, False), path
    for path in (
        "changes/?state=kept",
        "changes/?search=tower",
        "changes/?rollout=999999",
        "changes/?router=999999",
    ):
        assert program.call("GET", path).json()["results"] == [], path
    for path in ("changes/?state=lost", "changes/?router=x", "changes/?colour=red"):
        assert program.call("GET", path).status_code == 400, path
    assert program.call("POST", f"changes/{number}/drop/").json()["state"] == "dropped"


def test_a_plan_is_asked_for_once_under_a_key_and_one_change_is_open(program: Any, gate: Router) -> None:
    ask = {"method": "POST", "path": f"routers/{gate.pk}/changes/", "body": {"by_hand": True}}
    first, again = (program.call(**ask, **{"Idempotency-Key": "night"}) for _ in range(2))
    assert (first.json()["id"], first.json()["by_hand"]) == (again.json()["id"], True)
    other = program.call(**ask)
    assert (other.status_code, other.json()["code"]) == (409, "change_open")


def test_windows(program: Any, isp: Isp, gate: Router) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    path = f"routers/{gate.pk}/changes/"
    for window, field in (
        ({"not_before": now + timedelta(days=90)}, "not_before"),
        ({"not_after": now - timedelta(hours=1)}, "not_after"),
        ({"not_before": now + timedelta(hours=2), "not_after": now + timedelta(hours=1)}, "not_after"),
    ):
        body = {name: moment.isoformat() for name, moment in window.items()}
        refused = program.call("POST", path, body)
        assert (refused.status_code, refused.json()["field"]) == (422, field)
    opens = now + timedelta(hours=2)
    made = program.call("POST", path, {"not_before": opens.isoformat()}).json()
    assert datetime.fromisoformat(made["not_before"]) == opens
    with scope.inside(isp.schema_name):
        Change.objects.update(state="planned")
    begun = program.call("POST", f"changes/{made['id']}/begin/", {}).json()
    assert (begun["state"], begun["waits_for"]) == ("waiting", "window")
    with scope.inside(isp.schema_name):
        Change.objects.update(state="planned", not_before=None, not_after=now - timedelta(hours=1))
    late = program.call("POST", f"changes/{made['id']}/begin/", {})
    assert (late.status_code, late.json()["code"]) == (409, "window_over")


def test_a_token_is_no_second_person_for_its_maker(
    token_for: Callable[..., Any], program: Any, isp: Isp, gate: Router
) -> None:
    with scope.inside(isp.schema_name):
        changes.set_rules(second_person=True, by=Actor(None, "Test"), now=datetime.now(UTC))
    assert program.call("GET", "changes/rules/").json() == {"second_person": True}
    number = planned(program, isp, gate)
    begun = program.call("POST", f"changes/{number}/begin/", {}).json()
    assert (begun["state"], begun["waits_for"]) == ("waiting", "approval")
    for own in (program, token_for(["routers:write"])):
        refused = own.call("POST", f"changes/{number}/approve/")
        assert (refused.status_code, refused.json()["code"]) == (409, "own_change")
    approved = token_for(["routers:write"], role="manager").call("POST", f"changes/{number}/approve/")
    assert (approved.status_code, approved.json()["state"]) == (200, "applying")
    assert approved.json()["approved_by"] == "API: Counter script"


def test_reading_is_not_changing(token_for: Callable[..., Any], program: Any, isp: Isp, gate: Router) -> None:
    number, reader = planned(program, isp, gate), token_for(["routers:read"])
    assert reader.call("GET", f"changes/{number}/").status_code == 200
    assert reader.call("POST", f"routers/{gate.pk}/changes/", {}).status_code == 403
    for what in ("begin", "approve", "keep", "take-back", "look", "drop"):
        assert reader.call("POST", f"changes/{number}/{what}/").status_code == 403, what
        assert program.call("POST", f"changes/{10**9}/{what}/").status_code == 404, what
        assert program.call("POST", f"changes/{number}/{what}/", {"more": 1}).status_code == 400, what


def test_a_token_may_want_a_second_person_and_not_do_without(token_for: Callable[..., Any]) -> None:
    program = token_for(["routers:read", "routers:write"])
    assert program.call("PATCH", "changes/rules/", {}).status_code == 400
    assert program.call("PATCH", "changes/rules/", {"second_person": True}).json() == {"second_person": True}
    refused = program.call("PATCH", "changes/rules/", {"second_person": False})
    assert (refused.status_code, refused.json()["code"]) == (422, "a_person")
    assert program.call("GET", "changes/rules/").json() == {"second_person": True}
    reader = token_for(["routers:read"])
    assert reader.call("PATCH", "changes/rules/", {"second_person": True}).status_code == 403
