"""Usage over the API: the same numbers as the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from subscribers.models import Correction, Usage
from tenants import scope
from tenants.models import Isp
from tests import factories as make

GB = 10**9


def test_steps_limits_and_who_used_most(token_for: Callable[..., Any], isp: Isp) -> None:
    hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    with scope.inside(isp.schema_name):
        plan = make.make_plan(data_limit_bytes=10 * GB)
        ana = make.make_service(kind="account", label="ana.home", plan=plan, download_bytes=3 * GB)
        bob = make.make_service(kind="account", label="bob.home")
        Usage.objects.create(service=ana, hour=hour, download_bytes=4 * GB, seconds=60)
        Usage.objects.create(service=bob, hour=hour, upload_bytes=GB)
        Correction.objects.create(service=ana, hour=hour, download_bytes=-GB, why="x", made_at=hour)
    program = token_for(["subscribers:read"])
    found = program.call("GET", f"services/{ana.pk}/usage/").json()
    assert len(found["steps"]) == 30
    assert found["total"] == {"download_bytes": 3 * GB, "upload_bytes": 0, "seconds": 60}
    [used] = [each for each in found["steps"] if each["reported"]["download_bytes"]]
    assert (used["reported"]["download_bytes"], used["corrected"]["download_bytes"]) == (4 * GB, -GB)
    [limit] = found["limits"]
    assert (limit["what"], limit["used"], limit["percent"]) == ("data", 3 * GB, 30)
    everybody = program.call("GET", "usage/?limit=1").json()
    assert (everybody["count"], everybody["total"]["upload_bytes"]) == (2, GB)
    assert [(each["label"], each["amount"]["download_bytes"]) for each in everybody["results"]] == [
        ("ana.home", 3 * GB)
    ]
    second = program.call("GET", "usage/?limit=1&offset=1").json()["results"]
    assert [each["label"] for each in second] == ["bob.home"]
    narrowed = program.call("GET", f"usage/?plan={ana.plan_id}&search=ana").json()
    assert (narrowed["count"], narrowed["total"]["download_bytes"]) == (1, 3 * GB)
    long = program.call("GET", f"services/{ana.pk}/usage/?by=hour&since=2026-01-01&until=2026-03-01")
    assert (long.status_code, long.json()["code"]) == (422, "long_range")
