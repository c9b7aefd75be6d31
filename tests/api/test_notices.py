"""Notices and the rule of letters over the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from subscribers.models import UsageNotice
from tenants import scope
from tenants.models import Isp
from tests import factories as make


def test_notices_are_read_and_who_is_mailed_is_for_people_to_settle(
    token_for: Callable[..., Any], isp: Isp
) -> None:
    with scope.inside(isp.schema_name):
        service = make.make_service(kind="account")
        for mark in (80, 90):
            UsageNotice.objects.create(
                service=service, what="data", period="total", most=100, used=95, mark=mark, at=datetime.now(UTC)
            )  # fmt: skip
    program = token_for(["subscribers:read"])
    found = program.call("GET", f"usage/notices/?service={service.pk}").json()["results"]
    assert [(each["mark"], each["limit"], each["mail"]) for each in found] == [(90, 100, ""), (80, 100, "")]
    assert len(program.call("GET", "usage/notices/?mark=80").json()["results"]) == 1
    assert program.call("GET", "usage/notices/rule/").json() == {"mails": False}
    assert program.call("PATCH", "usage/notices/rule/", {"mails": True}).status_code == 405
