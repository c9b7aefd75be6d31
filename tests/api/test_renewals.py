"""Renewals over the API: previewed, made once, taken back, listed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from subscribers.models import Service
from tenants import scope
from tenants.models import Isp
from tests import factories as make

BOTH = ["subscribers:read", "subscribers:write"]


@pytest.fixture
def ana(isp: Isp) -> Service:
    with scope.inside(isp.schema_name):
        return make.make_service(
            kind="account",
            plan=make.make_plan(validity_seconds=None, validity_months=1),
            expires_at=datetime.now(UTC).replace(microsecond=0) + timedelta(days=2),
        )


def test_it_is_previewed_made_once_and_taken_back(
    token_for: Callable[..., Any], isp: Isp, ana: Service
) -> None:
    program, path = token_for(BOTH), f"accounts/{ana.pk}/renew/"
    seen = program.call("GET", path).json()
    assert seen["after"] == 0
    made = program.call("POST", path, {"after": seen["after"]})
    assert made.status_code == 201, made.content
    assert (made.json()["begins_at"], made.json()["ends_at"]) == (seen["begins_at"], seen["ends_at"])
    again = program.call("POST", path, {"after": seen["after"]})
    assert (again.status_code, again.json()["code"]) == (409, "renewed_meanwhile")
    [listed] = program.call("GET", f"renewals/?account={ana.pk}").json()["results"]
    assert listed == made.json()
    undone = program.call("POST", f"accounts/{ana.pk}/renewals/{listed['id']}/undo/")
    assert undone.status_code == 200
    assert undone.json()["undone_at"]
    with scope.inside(isp.schema_name):
        assert Service.objects.get(pk=ana.pk).expires_at == ana.expires_at


def test_a_voucher_is_no_account(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        voucher = make.make_service()
    assert token_for(BOTH).call("POST", f"accounts/{voucher.pk}/renew/").status_code == 404
