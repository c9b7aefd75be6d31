"""The audit of one night over a real router: a stranger online costs nothing known, an ended account costs its day."""

from datetime import UTC, datetime, timedelta

import pytest

from billing import vouchers
from dashboard import auditing
from routers.kick import People
from routers.leaks import OnRouter
from routers.models import Leak, LeakAudit
from tenants.models import Isp
from tests.conftest import HostClient
from tests.dashboard.test_routers import ClientFor
from tests.factories import make_plan, make_router, make_service, make_session

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 26, 1, tzinfo=UTC)


def online(name: str, number: int) -> OnRouter:
    return OnRouter("hotspot", name, f"02:00:00:00:00:{number:02X}", f"10.5.50.{number}", 7200)


def test_a_night(inside_isp: Isp, client_for: ClientFor) -> None:
    router, silent = make_router(name="Gate"), make_router()
    plan = make_plan(price_minor=3000, validity_seconds=30 * 86_400)
    ended = make_service(code="DORA", plan=plan, status="ended", lookup=vouchers.lookup("dora"))
    make_service(code="EVAN", plan=plan, lookup=vouchers.lookup("evan"))
    make_session(
        router_id=router.pk, service=ended, username="dora", mac="02:00:00:00:00:01", framed_ip="10.5.50.1",
        started_at=NOW - timedelta(hours=2), updated_at=NOW,
    )  # fmt: skip
    make_session(router_id=router.pk, username="gone", started_at=NOW - timedelta(hours=2), updated_at=NOW)
    number, routers = auditing.begin(now=NOW)
    assert {router.pk, silent.pk} <= set(routers)
    rows = (online("dora", 1), online("evan", 2), online("stranger", 3))
    auditing.note(number, router.pk, People(rows), now=NOW)
    auditing.note(number, silent.pk, People((), "It does not answer."), now=NOW)
    auditing.end(number, now=NOW)
    audit = LeakAudit.objects.get()
    assert (audit.routers, audit.silent, audit.online) == (1, 1, 3)
    found = {(each.username, each.kind): (each.minor, each.currency) for each in Leak.objects.all()}
    assert found == {
        ("dora", "unpaid"): (100, "KES"),
        ("evan", "uncounted"): (100, "KES"),
        ("stranger", "unpaid"): (0, ""),
        ("gone", "ghost"): (0, ""),
    }
    client: HostClient = client_for("owner")
    page = client.get("/routers/leaks/")
    assert page.status_code == 200 and "dora" in page.content.decode()
    sheet = client.get("/routers/leaks/?format=csv&kind=unpaid").content.decode()
    assert "dora" in sheet and "evan" not in sheet


def test_two_beats_begin_one_audit_a_night(inside_isp: Isp) -> None:
    """F44."""
    number, _routers = auditing.begin(now=NOW)
    assert number
    assert auditing.begin(now=NOW + timedelta(seconds=3)) == (0, [])
    assert auditing.begin(now=NOW + timedelta(days=1))[0] > number
    assert LeakAudit.objects.count() == 2
