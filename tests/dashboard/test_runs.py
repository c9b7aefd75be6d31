"""The list of a router's runs: empty, full, searched, filtered, exported."""

from datetime import UTC, datetime

import pytest

from routers.models import Router, SyncRun
from tenants.models import Isp
from tests.dashboard.test_alerts import text_of
from tests.dashboard.test_routers import ClientFor
from tests.factories import make_router

pytestmark = pytest.mark.django_db


@pytest.fixture
def gate(inside_isp: Isp) -> Router:
    return make_router(name="Gate")


def run(router: Router, reason: str, state: str = "done", **more: object) -> SyncRun:
    now = datetime.now(UTC)
    return SyncRun.objects.create(
        router=router, reason=reason, state=state, started_at=now, ended_at=now, **more
    )


def test_runs_are_found_filtered_and_exported(gate: Router, client_for: ClientFor) -> None:
    client, path = client_for("support"), f"/routers/{gate.pk}/history/"
    assert "Nothing was compared yet" in text_of(client.get(path))
    step = {"do": "add", "path": "/radius", "what": "Adds our RADIUS server", "done": True}
    run(gate, "=Offers", written=1, steps=[step])
    run(gate, "Enrolment", "failed", trouble="It does not answer.")
    run(make_router(name="Other"), "Elsewhere")
    everything = text_of(client.get(path))
    for words in ("=Offers", "Adds our RADIUS server", "It does not answer."):
        assert words in everything
    assert "Elsewhere" not in everything
    failed = text_of(client.get(f"{path}?state=failed&q=ANSWER"))
    assert "Enrolment" in failed and "=Offers" not in failed
    assert "No run matches" in text_of(client.get(f"{path}?q=nothing"))
    sheet = text_of(client.get(f"{path}?format=csv"))
    assert '"\'=Offers","done"' in sheet and "Adds our RADIUS server" in sheet
    assert text_of(client.get(f"{path}?format=csv&state=failed")).count("\n") == 2
    assert "All runs" in text_of(client.get(f"/routers/{gate.pk}/"))
    assert client.get("/routers/999999/history/").status_code == 404


def test_the_list_asks_little_and_has_pages(
    gate: Router, client_for: ClientFor, django_assert_max_num_queries: object
) -> None:
    for number in range(60):
        run(gate, f"Run {number}")
    client = client_for("owner")
    with django_assert_max_num_queries(18):  # type: ignore[operator]
        first = text_of(client.get(f"/routers/{gate.pk}/history/"))
    assert "Run 59" in first and "Run 9<" not in first
    assert "Run 9<" in text_of(client.get(f"/routers/{gate.pk}/history/?page=2"))
