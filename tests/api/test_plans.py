"""Plans over the API."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from subscribers.models import Plan
from tenants import scope, suspending
from tenants.models import Isp
from tests import factories as make

DAY = {"name": "Day", "price_minor": 5000, "download_bps": 5_000_000, "upload_bps": 2_000_000}


def test_make_look_change_archive(token_for: Callable[..., Any], isp: Isp) -> None:
    program = token_for(["plans:read", "plans:write"])
    made = program.call("POST", "plans/", {**DAY, "validity_seconds": 86400})
    assert made.status_code == 201, made.content
    plan = made.json()
    assert (plan["currency"], plan["devices"], plan["data_limit_bytes"]) == ("KES", 1, None)
    assert plan["made_at"].endswith("Z")
    path = made["Location"].removeprefix("/api/v1/")
    assert program.call("GET", path).json() == plan
    changed = program.call("PATCH", path, {"price_minor": 6000, "validity_seconds": None}).json()
    assert changed["changed_at"] >= plan["changed_at"]
    assert changed == {
        **plan, "price_minor": 6000, "validity_seconds": None, "version": 2, "changed_at": changed["changed_at"],
    }  # fmt: skip
    archived = program.call("POST", f"{path}archive/", {})
    assert (archived.status_code, archived.json()["is_archived"]) == (200, True)
    assert program.call("POST", f"{path}archive/").status_code == 200
    with scope.inside(isp.schema_name):
        verbs = list(JournalEntry.objects.order_by("id").values_list("verb", flat=True))
    assert [verb for verb in verbs if verb.startswith("plan")] == [
        "plan.create",
        "plan.change",
        "plan.archive",
    ]


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"name": "Taken"}, 422, "name"),
        ({"download_bps": 100}, 422, "download_bps"),
        ({"validity_seconds": 1}, 422, "validity_seconds"),
        ({"data_limit_bytes": 1}, 422, "data_limit_bytes"),
        ({"devices": 0}, 422, "devices"),
        ({"price_minor": 10**17}, 422, "price_minor"),
        ({"price_minor": -1}, 400, "price_minor"),
        ({"price_minor": "5000"}, 400, "price_minor"),
        ({"price_minor": 10.5}, 400, "price_minor"),
        ({"price_minor": True}, 400, "price_minor"),
        ({"price_minor": None}, 400, "price_minor"),
        ({"name": ["x"]}, 400, "name"),
        ({"currency": "USD"}, 400, "currency"),
        ({"is_archived": True}, 400, "is_archived"),
        ({"schema_name": "public"}, 400, "schema_name"),
        ({"id": 1}, 400, "id"),
    ],
)
def test_what_is_wrong_is_named(
    token_for: Callable[..., Any], isp: Isp, change: dict[str, Any], status: int, field: str
) -> None:
    with scope.inside(isp.schema_name):
        make.make_plan(name="Taken")
        plan = make.make_plan(name="Mine")
    program = token_for()
    for answer in (
        program.call("POST", "plans/", {**DAY, **change}),
        program.call("PATCH", f"plans/{plan.pk}/", change),
    ):
        assert answer.status_code == status, answer.content
        found = answer.json()
        assert field in ([found["field"]] if status == 422 else [fault["field"] for fault in found["errors"]])
    with scope.inside(isp.schema_name):
        assert Plan.objects.count() == 2


def test_list_by_shelf(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        on_sale, archived = make.make_plan(), make.make_plan(is_archived=True)
    program = token_for(["plans:read"])
    found = {
        query: [row["id"] for row in program.call("GET", f"plans/{query}").json()["results"]]
        for query in ("", "?archived=true", "?archived=false")
    }
    assert found == {
        "": [archived.pk, on_sale.pk],
        "?archived=true": [archived.pk],
        "?archived=false": [on_sale.pk],
    }


@pytest.mark.parametrize(
    ("change", "state"), [({"download_bps": 9_000_000}, "changing"), ({"price_minor": 1}, "")]
)
def test_a_new_speed_reaches_who_is_online(
    token_for: Callable[..., Any], isp: Isp, change: dict[str, int], state: str
) -> None:
    with scope.inside(isp.schema_name):
        plan = make.make_plan(**DAY)
        online = make.make_session(service=make.make_voucher(plan=plan).service)
        other = make.make_session(service=make.make_voucher().service)
    program = token_for(["plans:write", "sessions:read"])
    assert program.call("PATCH", f"plans/{plan.pk}/", change).status_code == 200
    assert program.call("GET", f"sessions/{online.pk}/").json()["change_state"] == state
    assert program.call("GET", f"sessions/{other.pk}/").json()["change_state"] == ""


def test_programs_only_read_while_the_isp_is_suspended(token_for: Callable[..., Any], isp: Isp) -> None:
    program = token_for()
    suspending.suspend_isp(isp, "Spam was sent", by=SYSTEM, now=datetime.now(UTC))
    assert program.call("GET", "plans/").status_code == 200
    refused = program.call("POST", "plans/", {})
    assert (refused.status_code, refused.json()["code"]) == (403, "isp_suspended")


def test_versions_and_who_keeps_older_terms(token_for: Callable[..., Any], isp: Isp) -> None:
    program = token_for(["plans:read", "plans:write"])
    plan = program.call("POST", "plans/", DAY).json()
    with scope.inside(isp.schema_name):
        make.make_service(plan=Plan.objects.get(pk=plan["id"]))
    path = f"plans/{plan['id']}/"
    newer = program.call("PATCH", path, {"devices": 3, "reach": "new"}).json()
    assert (newer["id"], newer["version"], newer["devices"]) == (plan["id"], 2, 3)
    program.call("PATCH", f"{path}rules/", {"priority": 2})
    listed = program.call("GET", f"{path}versions/").json()["results"]
    said = {each["number"]: (each["reach"], each["terms"]["devices"]) for each in listed}
    assert said == {1: ("everybody", 1), 2: ("new", 3), 3: ("everybody", 3)}
    assert [each["id"] for each in program.call("GET", "plans/").json()["results"]] == [plan["id"]]
    with scope.inside(isp.schema_name):
        frozen = Plan.objects.get(frozen_of=plan["id"])
    kept = program.call("GET", f"plans/{frozen.pk}/").json()
    assert (kept["frozen_of"], kept["version"]) == (plan["id"], 1)
    assert program.call("PATCH", f"plans/{frozen.pk}/", {"devices": 9}).json()["code"] == "frozen"
    moved = program.call("POST", f"plans/{frozen.pk}/bring-up/", {})
    assert (moved.status_code, moved.json()["id"]) == (200, plan["id"])
    with scope.inside(isp.schema_name):
        assert not frozen.services.exists()


def test_a_change_reaches_everybody_or_what_is_new(token_for: Callable[..., Any]) -> None:
    program = token_for(["plans:read", "plans:write"])
    plan = program.call("POST", "plans/", DAY).json()
    refused = program.call("PATCH", f"plans/{plan['id']}/", {"devices": 3, "reach": "some"})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_reach")
