"""Looking two months ahead over the API."""

from collections.abc import Callable
from typing import Any

from tenants import scope
from tenants.models import Isp
from tests.factories import make_plan


def test_two_months_of_a_habit(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        plan = make_plan(data_limit_bytes=10 * 10**9, validity_seconds=None)
    found = token_for(["plans:read"]).call("GET", f"plans/{plan.pk}/ahead/?bytes_a_day=2000000000").json()
    assert [each["kind"] for each in found["events"]] == ["online", "refused"]
    assert found["events"][1]["bytes_used"] == 10 * 10**9
    assert sum(each["moved_bytes"] for each in found["days"]) == 10 * 10**9
    assert len(found["days"]) in (60, 61)


def test_a_habit_that_cannot_be(token_for: Callable[..., Any], isp: Isp) -> None:
    with scope.inside(isp.schema_name):
        plan = make_plan()
    program = token_for(["plans:read"])
    for query in ("?bytes_a_day=-1", "?bytes_a_day=1&from_hour=24", "?bytes_a_day=1&kind=router"):
        assert program.call("GET", f"plans/{plan.pk}/ahead/{query}").status_code == 400
