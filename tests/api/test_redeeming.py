"""A voucher tops up an account over the API, once."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_looked_at_and_done_once(token_for: Callable[..., Any], isp: Isp) -> None:
    ends_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=5)
    with scope.inside(isp.schema_name):
        account = make.make_service(kind="account", plan=make.make_plan(), expires_at=ends_at)
        voucher = make.make_voucher(plan=make.make_plan(validity_seconds=86_400))
    program, path = token_for(), f"accounts/{account.pk}/redeem/"
    body = {"code": voucher.code}
    seen = program.call("POST", path, {**body, "preview": True})
    assert seen.status_code == 200, seen.content
    assert seen.json()["voucher"] == str(voucher)
    assert seen.json()["ends_after"] == f"{ends_at + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    assert program.call("POST", path, body).json() == seen.json()
    again = program.call("POST", path, body)
    assert (again.status_code, again.json()["code"]) == (422, "not_new")
    with scope.inside(isp.schema_name):
        account.refresh_from_db()
        assert account.expires_at == ends_at + timedelta(days=1)
    assert program.call("PATCH", "voucher-rules/", {"top_up": "after"}).json()["top_up"] == "after"
    few = token_for(["subscribers:read"])
    assert few.call("POST", path, body).status_code == 403
