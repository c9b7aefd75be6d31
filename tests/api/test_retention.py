"""Reports of what was forgotten over the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from radius import retention_reports
from tenants import scope
from tenants.models import Isp
from tests.factories import NOW


def test_reports_are_listed_and_read_with_their_signature(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        made = retention_reports.write({"sessions": 3}, complete=True, begun_at=NOW, ended_at=NOW)
    program = token_for(["journal:read"])
    [found] = program.call("GET", "retention-reports/").json()["results"]
    assert (found["id"], found["deleted"], found["is_complete"]) == (made.pk, 3, True)
    whole = program.call("GET", f"retention-reports/{made.pk}/").json()
    assert (whole["text"], whole["signature"], whole["verdict"]) == (made.text, made.signature, "ours")
