"""What is agreed with one account alone, over the API; who is online follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from radius.enforcer import News, look_at
from radius.models import Session
from subscribers.models import Service
from tenants import scope
from tenants.models import Isp
from tests import factories as make

BOTH = ["subscribers:read", "subscribers:write"]


@pytest.fixture
def ana(isp: Isp) -> Service:
    with scope.inside(isp.schema_name):
        return make.make_service(kind="account", label="ana.home", bound_mac="02:00:5E:10:00:09")


def test_terms_are_looked_at_and_changed_in_part(
    token_for: Callable[..., Any], isp: Isp, ana: Service
) -> None:
    program, path = token_for(BOTH), f"accounts/{ana.pk}/terms/"
    before = program.call("GET", path).json()
    assert before == {
        "expires_at": None,
        "grace_seconds": None,
        "sites": [],
        "routers": [],
        "framed_ip": None,
        "framed_ipv6_prefix": None,
        "delegated_ipv6_prefix": None,
        "bound_mac": "02:00:5E:10:00:09",
    }
    changed = program.call("PATCH", path, {"framed_ip": "10.20.0.7", "expires_at": "2030-01-01T00:00:00Z"})
    assert changed.status_code == 200, changed.content
    wanted = {**before, "framed_ip": "10.20.0.7", "expires_at": "2030-01-01T00:00:00Z"}
    assert changed.json() == program.call("GET", path).json() == wanted
    cleared = program.call("PATCH", path, {"expires_at": None}).json()
    assert (cleared["expires_at"], cleared["framed_ip"]) == (None, "10.20.0.7")


@pytest.mark.parametrize(
    ("change", "status", "field"),
    [
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "expires_at"),
        ({"framed_ip": "10.20.0.300"}, 422, "framed_ip"),
        ({"delegated_ipv6_prefix": "2001:db8::1/56"}, 422, "delegated_ipv6_prefix"),
        ({"routers": [10**9]}, 422, "routers"),
        ({"routers": ["1"]}, 400, "routers"),
        ({"disconnect": "yes"}, 400, "disconnect"),
        ({"bound_mac": ""}, 400, "bound_mac"),
    ],
)
def test_what_will_not_do_is_named(
    token_for: Callable[..., Any], ana: Service, change: dict[str, Any], status: int, field: str
) -> None:
    answer = token_for(BOTH).call("PATCH", f"accounts/{ana.pk}/terms/", change)
    assert answer.status_code == status, answer.content
    assert field in answer.content.decode()


def test_a_voucher_has_none(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        voucher = make.make_service()
    assert token_for(BOTH).call("PATCH", f"accounts/{voucher.pk}/terms/", {}).status_code == 404


def test_a_changed_address_ends_who_is_online_when_that_is_wished(
    token_for: Callable[..., Any], isp: Isp, ana: Service
) -> None:
    program, path = token_for(BOTH), f"accounts/{ana.pk}/terms/"
    with scope.inside(isp.schema_name):
        session = make.make_session(service=ana)

    def state() -> str:
        with scope.inside(isp.schema_name):
            return str(Session.objects.get(pk=session.pk).disconnect_state)

    program.call("PATCH", path, {"framed_ip": "10.20.0.7"})
    program.call("PATCH", path, {"grace_seconds": 5, "disconnect": True})  # nothing to sign in again for
    assert state() == ""
    program.call("PATCH", path, {"framed_ip": "10.20.0.8", "disconnect": True})
    assert state() == "asked"


@pytest.mark.parametrize("what", ["place", "end"])
def test_who_is_online_follows(
    token_for: Callable[..., Any], isp: Isp, ana: Service, what: str, django_capture_on_commit_callbacks: Any
) -> None:
    now = datetime.now(UTC)
    with scope.inside(isp.schema_name):
        Service.objects.filter(pk=ana.pk).update(bound_mac="")
        session, other = make.make_session(service=ana), make.make_router()
    change = (
        {"routers": [other.pk]}
        if what == "place"
        else {"expires_at": (now + timedelta(minutes=5)).isoformat()}
    )
    assert token_for(BOTH).call("PATCH", f"accounts/{ana.pk}/terms/", change).status_code == 200
    look_at(isp.schema_name, News(lookups={ana.lookup}), now)
    with scope.inside(isp.schema_name):
        held = Session.objects.get(pk=session.pk)
    if what == "place":
        assert held.disconnect_state == "asked"
    else:
        assert held.disconnect_state == ""
        assert held.due_at == now + timedelta(minutes=5)
        look_at(isp.schema_name, News(), now + timedelta(minutes=5, seconds=1))
        with scope.inside(isp.schema_name):
            assert Session.objects.get(pk=session.pk).disconnect_state == "asked"


def test_unbind(token_for: Callable[..., Any], ana: Service) -> None:
    program = token_for(BOTH)
    done = program.call("POST", f"accounts/{ana.pk}/unbind/")
    assert (done.status_code, done.json()["bound_mac"]) == (200, "")
    assert program.call("POST", f"accounts/{ana.pk}/unbind/").status_code == 409
