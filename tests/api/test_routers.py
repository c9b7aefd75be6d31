"""Routers over the API."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import JournalEntry
from routers.models import Router
from tenants import scope
from tenants.models import Isp
from tests import factories as make

SECRETS = ("api_password", "radius_secret", "enrolment", "secret-xxx", "api_user")


def test_add_gives_the_command_once(token_for: Callable[..., Any], isp: Isp) -> None:
    program = token_for(["routers:read", "routers:write"])
    answer = program.call("POST", "routers/", {"name": "Kibera 1", "site": "Kibera"})
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert "http://ana.localhost" in body["command"] and "/e/" in body["command"]
    assert (body["state"], body["site"]["name"], body["hotspot_interface"]) == (
        "waiting",
        "Kibera",
        "bridge-lan",
    )
    assert answer["Location"] == f"/api/v1/routers/{body['id']}/"
    shown = program.get(answer["Location"])
    assert shown.status_code == 200
    assert "command" not in shown.json()
    assert [word for word in SECRETS if word in shown.content.decode()] == []
    with scope.inside(isp.schema_name):
        router = Router.objects.get(pk=body["id"])
        assert router.enrolment_sealed in body["command"]
        assert JournalEntry.objects.get(verb="router.add").actor == "API: Counter script"


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"name": " Kilimani ", "site": "A"}, 422, "name"),
        ({"name": "New", "site": "  "}, 400, "site"),
        ({"name": "New", "site": "A", "hotspot_interface": 'x"; /system reset'}, 422, "hotspot_interface"),
        ({"name": "x" * 61, "site": "A"}, 400, "name"),
        ({"name": 5, "site": "A"}, 400, "name"),
        ({"name": "New", "site": "A", "tenant": "carla"}, 400, "tenant"),
        ({"name": "New", "site": "A", "state": "ready"}, 400, "state"),
    ],
)
def test_what_is_wrong_is_named(
    token_for: Callable[..., Any], isp: Isp, body: dict[str, Any], status: int, field: str
) -> None:
    with scope.inside(isp.schema_name):
        make.make_router(name="Kilimani")
    answer = token_for().call("POST", "routers/", body)
    assert answer.status_code == status, answer.content
    found = answer.json()
    assert field in ([found["field"]] if status == 422 else [fault["field"] for fault in found["errors"]])
    with scope.inside(isp.schema_name):
        assert Router.objects.count() == 1


def test_list_and_filters(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        first, second = make.make_router(), make.make_router(state="waiting")
        make.make_router(leaving_at=make.NOW)
    program = token_for(["routers:read"])

    def ids(query: str) -> list[int]:
        return [row["id"] for row in program.call("GET", f"routers/{query}").json()["results"]]

    assert ids("") == [second.pk, first.pk]
    assert ids("?state=waiting") == [second.pk]
    assert ids(f"?site={first.site_id}") == [first.pk]
    for query in (
        "?state=nonsense",
        "?secret=s",
        "?site__name=x",
        "?ordering=radius_secret",
        "?site=1&site=2",
    ):
        answer = program.call("GET", f"routers/{query}")
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), query


def test_remove_takes_the_settings_off_unless_told_otherwise(
    token_for: Callable[..., Any], isp: Isp, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[int] = []
    monkeypatch.setattr("routers.tasks.let_go.soon", sent.append)
    with scope.inside(isp.schema_name):
        here, gone = make.make_router(api_user_at=make.NOW), make.make_router(api_user_at=make.NOW)
    program = token_for()
    assert program.call("DELETE", f"routers/{here.pk}/").status_code == 204
    assert program.call("DELETE", f"routers/{gone.pk}/?release=false").status_code == 204
    assert sent == [here.pk]
    assert program.call("DELETE", f"routers/{here.pk}/").status_code == 404
    with scope.inside(isp.schema_name):
        assert list(Router.objects.values_list("pk", flat=True)) == [here.pk]
        assert JournalEntry.objects.filter(verb="router.remove").count() == 2


def test_a_router_is_changed_in_part(
    token_for: Callable[..., Any], isp: Isp, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[Any, ...]] = []
    monkeypatch.setattr("routers.tasks.sync.soon", lambda *args: told.append(args))
    with scope.inside(isp.schema_name):
        gate, _other = make.make_router(name="Gate"), make.make_router(name="Kilimani")
    program, where = token_for(["routers:read", "routers:write"]), f"routers/{gate.pk}/"
    before = program.call("GET", where).json()
    assert (before["policy"], before["keeps_people"]) == ("repair", False)
    assert program.call("PATCH", where, {}).json() == before
    moved = program.call("PATCH", where, {"name": "Gate 2", "site": "Elsewhere", "policy": "ask"})
    assert moved.status_code == 200, moved.content
    assert {**before, "name": "Gate 2", "policy": "ask", "site": moved.json()["site"]} == moved.json()
    assert (moved.json()["site"]["name"], told) == ("Elsewhere", [])
    other = program.call("PATCH", where, {"hotspot_interface": "bridge2", "keeps_people": True}).json()
    assert (other["name"], other["hotspot_interface"], other["keeps_people"]) == ("Gate 2", "bridge2", True)
    assert told == [(gate.pk, "Another interface")]
    now = program.call("GET", where).json()
    for body, status, field in (
        ({"name": "Kilimani", "policy": "report"}, 422, "name"),
        ({"policy": "never"}, 400, "policy"),
        ({"hotspot_interface": 'x"; /system reset'}, 422, "hotspot_interface"),
        ({"name": "  "}, 400, "name"),
        ({"keeps_people": "yes"}, 400, "keeps_people"),
        ({"radius_secret": "x"}, 400, "radius_secret"),
    ):
        answer = program.call("PATCH", where, body)
        assert answer.status_code == status, (body, answer.content)
        found = answer.json()
        assert field in ([found["field"]] if status == 422 else [each["field"] for each in found["errors"]])
    assert program.call("GET", where).json() == now
    assert token_for(["routers:read"]).call("PATCH", where, {"name": "X"}).status_code == 403
    with scope.inside(isp.schema_name):
        verbs = set(JournalEntry.objects.filter(actor="API: Counter script").values_list("verb", flat=True))
    assert verbs == {"router.change", "router.policy", "router.people"}
