"""Arrangements and corrections over the API: previewed, made once, undone; who is online follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from radius.models import Session
from subscribers.models import Arrangement, Service
from tenants import scope
from tenants.models import Isp
from tests import factories as make

BOTH = ["subscribers:read", "subscribers:write"]


@pytest.fixture
def ana(isp: Isp) -> Service:
    with scope.inside(isp.schema_name):
        return make.make_service(
            kind="account",
            label="ana.home",
            plan=make.make_plan(data_limit_bytes=10**10),
            expires_at=datetime.now(UTC).replace(microsecond=0) + timedelta(days=2),
        )


def test_a_preview_keeps_nothing_and_a_key_makes_one(
    token_for: Callable[..., Any], isp: Isp, ana: Service
) -> None:
    program, path = token_for(BOTH), f"services/{ana.pk}/arrangements/"
    wish = {"kind": "data", "octets": 5 * 10**9, "why": "Outage"}
    seen = program.call("POST", f"{path}preview/", wish)
    assert seen.status_code == 200, seen.content
    assert (seen.json()["limit_before"], seen.json()["limit_after"]) == (10**10, 15 * 10**9)
    for _ in range(2):
        made = program.call("POST", path, wish, **{"Idempotency-Key": "one"})
        assert made.status_code == 201, made.content
    listed = program.call("GET", f"arrangements/?service={ana.pk}").json()["results"]
    assert [(each["kind"], each["octets"], each["why"]) for each in listed] == [("data", 5 * 10**9, "Outage")]
    undone = program.call("POST", f"{path}{listed[0]['id']}/undo/")
    assert undone.status_code == 200 and undone.json()["undone_at"]
    again = program.call("POST", f"{path}{listed[0]['id']}/undo/")
    assert (again.status_code, again.json()["code"]) == (409, "undone")


def test_a_speed_reaches_who_is_online(
    token_for: Callable[..., Any], isp: Isp, ana: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("radius.change._send", lambda routers: None)
    with scope.inside(isp.schema_name):
        session = make.make_session(service=ana)
    ends = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    wish = {"kind": "speed", "download_bps": 50_000_000, "upload_bps": 0, "ends_at": ends}
    assert token_for(BOTH).call("POST", f"services/{ana.pk}/arrangements/", wish).status_code == 201
    with scope.inside(isp.schema_name):
        assert Session.objects.get(pk=session.pk).change_state == "changing"


def test_a_holiday_is_resumed(token_for: Callable[..., Any], isp: Isp, ana: Service) -> None:
    program, path = token_for(BOTH), f"services/{ana.pk}/arrangements/"
    ends = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    made = program.call("POST", path, {"kind": "pause", "ends_at": ends}).json()
    assert made["moved_seconds"] > 8 * 86_400
    assert program.call("GET", f"accounts/{ana.pk}/").json()["state"] == "suspended"
    back = program.call("POST", f"{path}{made['id']}/resume/")
    assert back.status_code == 200 and back.json()["moved_seconds"] < 60
    assert program.call("GET", f"accounts/{ana.pk}/").json()["state"] == "new"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "extension", "days": 1, "months": 1}, 422, "two_lengths"),
        ({"kind": "extension"}, 422, "no_length"),
        ({"kind": "gift"}, 400, "invalid"),
        ({"kind": "data", "octets": 10**9, "period": "week"}, 422, "no_such_count"),
    ],
)
def test_what_will_not_do(
    token_for: Callable[..., Any], isp: Isp, ana: Service, body: Any, status: int, code: str
) -> None:
    answer = token_for(BOTH).call("POST", f"services/{ana.pk}/arrangements/", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    with scope.inside(isp.schema_name):
        assert not Arrangement.objects.exists()


def test_usage_is_corrected_and_the_correction_countered(
    token_for: Callable[..., Any], isp: Isp, ana: Service
) -> None:
    program, path = token_for([*BOTH, "usage:correct"]), f"services/{ana.pk}/corrections/"
    body = {"hour": datetime.now(UTC).isoformat(), "download_bytes": 10**9, "why": "Lost reports"}
    made = program.call("POST", path, body)
    assert made.status_code == 201, made.content
    assert program.call("GET", f"accounts/{ana.pk}/").json()["download_bytes"] == 10**9
    counter = program.call("POST", f"{path}{made.json()['id']}/undo/")
    assert (counter.status_code, counter.json()["undoes"]) == (201, made.json()["id"])
    rows = program.call("GET", path).json()["results"]
    assert [each["download_bytes"] for each in rows] == [-(10**9), 10**9]
    low = program.call("POST", path, {**body, "download_bytes": -1})
    assert (low.status_code, low.json()["code"]) == (422, "below_nothing")
    assert token_for(BOTH).call("POST", path, body).status_code == 403
