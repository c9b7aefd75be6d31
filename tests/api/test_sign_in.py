"""Settings of signing in through a router, over the API."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import JournalEntry
from routers.models import Router
from tenants import scope
from tenants.models import Isp
from tests import factories as make
from tests.api.conftest import Program


@pytest.fixture
def gate(isp: Isp) -> Router:
    with scope.inside(isp.schema_name):
        return make.make_router(name="Gate", state="ready", mac_auth_password="till-secret")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr("routers.tasks.sync.soon", lambda *args: calls.append(args))
    return calls


def test_they_are_shown_without_the_password_and_changed_in_part(
    token_for: Callable[..., Program], gate: Router, isp: Isp, told: list[tuple[Any, ...]]
) -> None:
    program, where = token_for(["routers:read", "routers:write"]), f"routers/{gate.pk}/sign-in/"
    shown = program.call("GET", where)
    assert shown.json() == {
        "services": ["hotspot"], "mac_login": False, "has_mac_password": True, "allow_mschap1": False,
        "allow_eap": False, "admit_unknown": False, "pppoe_interface": "", "pppoe_network": "", "wants_radsec": False,
    }  # fmt: skip
    assert "till-secret" not in shown.content.decode()
    changed = program.call(
        "PATCH",
        where,
        {"services": ["ppp", "hotspot"], "pppoe_interface": "ether5", "pppoe_network": "10.20.0.0/22"},
    )
    assert changed.status_code == 200, changed.content
    found = changed.json()
    assert (found["services"], found["pppoe_network"]) == (["hotspot", "ppp"], "10.20.0.0/22")
    assert found["has_mac_password"]
    off = program.call("PATCH", where, {"mac_auth_password": ""}).json()
    assert (off["has_mac_password"], off["pppoe_interface"]) == (False, "ether5")
    assert told == [(gate.pk, "Sign-in settings", True)] * 2
    with scope.inside(isp.schema_name):
        assert JournalEntry.objects.filter(verb="router.sign-in", actor="API: Counter script").count() == 2


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"services": []}, 422, "services"),
        ({"services": ["telnet"]}, 400, "services.0"),
        ({"allow_eap": True}, 422, "allow_eap"),
        ({"allow_eap": "yes"}, 400, "allow_eap"),
        ({"pppoe_interface": "ether5"}, 422, "services"),
        ({"mac_auth_password": "pässword"}, 422, "mac_auth_password"),
        ({"wants_radsec": True}, 422, "wants_radsec"),
        ({"radius_secret": "x"}, 400, "radius_secret"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    token_for: Callable[..., Program],
    gate: Router,
    told: list[tuple[Any, ...]],
    body: dict[str, Any],
    status: int,
    field: str,
    settings: Any,
) -> None:
    settings.RADSEC = False
    program, where = token_for(), f"routers/{gate.pk}/sign-in/"
    before = program.call("GET", where).json()
    answer = program.call("PATCH", where, body)
    assert answer.status_code == status, answer.content
    found = answer.json()
    assert field in ([found["field"]] if status == 422 else [fault["field"] for fault in found["errors"]])
    assert (program.call("GET", where).json(), told) == (before, [])


def test_a_router_that_is_not_set_up_is_not_told(
    token_for: Callable[..., Program], isp: Isp, told: list[tuple[Any, ...]], settings: Any
) -> None:
    settings.RADSEC = True
    with scope.inside(isp.schema_name):
        router = make.make_router(state="waiting")
    answer = token_for().call("PATCH", f"routers/{router.pk}/sign-in/", {"wants_radsec": True})
    assert (answer.status_code, answer.json()["wants_radsec"], told) == (200, True, [])
    reader = token_for(["routers:read"])
    assert reader.call("PATCH", f"routers/{router.pk}/sign-in/", {"mac_login": True}).status_code == 403
