"""While the platform has suspended an ISP its people read everything and change nothing; nobody else notices."""

from datetime import UTC, datetime

import pytest

from accounts.journal import SYSTEM
from subscribers.models import Plan
from tenants import scope, suspending
from tests.factories import make_attempt, make_plan, make_service

pytestmark = pytest.mark.django_db
FORM = {"name": "Day", "price": "1", "download": "1", "download_unit": "mbps", "upload": "1", "upload_unit": "mbps",
        "validity_unit": "days", "data_limit_unit": "GB", "time_limit_unit": "hours", "devices": "1"}  # fmt: skip


@pytest.fixture
def suspended(isp):
    return suspending.suspend_isp(isp, "Spam was sent", by=SYSTEM, now=datetime.now(UTC))


def test_pages_are_read_with_a_banner_and_changes_are_refused(suspended, client_for):
    client = client_for("owner")
    page = client.get("/plans/").content.decode()
    assert "The platform has suspended this workspace:" in page
    assert "Spam was sent. Since" in page
    for path, body in (
        ("/plans/new/", FORM),
        ("/subscribers/accounts/new/", {}),
        ("/settings/workspace/", {}),
    ):
        answer = client.post(path, body)
        assert answer.status_code == 403
        assert "This workspace is suspended" in answer.content.decode()
    assert client.post("/account/name/", {"name": "Ana"}).status_code == 302  # one's own account is one's own
    assert client.post("/account/sign-out/").status_code == 302


def test_the_neighbour_and_afterwards(isp, suspended, client_for, neighbour):
    assert client_for("owner", isp=neighbour).post("/plans/new/", FORM).status_code == 302
    assert "has suspended" not in client_for("owner", isp=neighbour).get("/plans/").content.decode()
    suspending.resume_isp(isp, by=SYSTEM, now=datetime.now(UTC))
    assert client_for("owner").post("/plans/new/", FORM).status_code == 302


def test_why_they_cannot_connect(inside_isp, client_for):
    plan = make_plan()
    service = make_service(kind="account", label="ana.home", plan=plan)
    make_attempt(service=service, accepted=True, code="accepted", at=datetime.now(UTC))
    client = client_for("owner")
    assert "suspended this ISP" not in client.get("/logins/why/?q=ana.home").content.decode()
    with scope.outside():
        suspending.suspend_isp(inside_isp, "Spam was sent", by=SYSTEM, now=datetime.now(UTC))
    assert "suspended this ISP" in client.get("/logins/why/?q=ana.home").content.decode()
    assert Plan.objects.count() == 1
