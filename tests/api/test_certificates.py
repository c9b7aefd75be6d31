"""A router's certificates over the API."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from routers.models import Router
from tenants import scope
from tenants.models import Isp, RadsecClient
from tests import factories as make
from tests.api.conftest import Program


@pytest.fixture
def gate(isp: Isp, settings: Any) -> Router:
    settings.RADSEC = True
    now = datetime.now(UTC)
    with scope.inside(isp.schema_name):
        router = make.make_router(state="ready", wants_radsec=True, radsec_certificate="kmikro-radsec-2")
        with scope.outside():
            for number in (1, 2):
                RadsecClient.objects.create(
                    schema=isp.schema_name, router_id=router.pk, serial=f"5{number}", fingerprint=f"{number}" * 64,
                    made_at=now, ends_at=now + timedelta(days=730),
                )  # fmt: skip
    return router


def test_they_are_listed_made_and_revoked(
    token_for: Callable[..., Program], gate: Router, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[Any, ...]] = []
    monkeypatch.setattr("routers.tasks.sync.soon", lambda *args: told.append(args))
    program, where = token_for(["routers:read", "routers:write"]), f"routers/{gate.pk}/certificates/"
    listed = program.call("GET", where).json()
    assert listed["in_use"] == 2
    assert [each["fingerprint"][0] for each in listed["results"]] == ["2", "1"]
    made = program.call("POST", where)
    assert made.status_code == 201, made.content
    assert "radsec.rsc" in made.json()["command"]
    first = program.call("POST", f"{where}1/revoke/")
    assert (first.status_code, bool(first.json()["revoked_at"]), told) == (200, True, [])
    again = program.call("POST", f"{where}1/revoke/")
    assert (again.status_code, again.json()["code"]) == (409, "revoked")
    assert program.call("POST", f"{where}2/revoke/").status_code == 200
    assert told == [(gate.pk, "Its certificate was revoked")]
    assert program.call("POST", f"{where}3/revoke/").status_code == 404


def test_none_is_asked_for_where_none_is_wanted(
    token_for: Callable[..., Program], gate: Router, settings: Any
) -> None:
    settings.RADSEC = False
    answer = token_for().call("POST", f"routers/{gate.pk}/certificates/")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_radsec")
    reader = token_for(["routers:read"])
    assert reader.call("POST", f"routers/{gate.pk}/certificates/").status_code == 403
