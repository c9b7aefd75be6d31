"""Renewing in the browser: looked at, done once, undone, listed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subscribers.models import Period, Service
from tests.factories import make_plan, make_service, make_session, make_subscriber

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(inside_isp):
    ends = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
    plan = make_plan(name="Home 10", data_limit_bytes=10**10, validity_seconds=None, validity_months=1)
    return make_service(
        kind="account", label="ana.home", plan=plan, expires_at=ends, download_bytes=4 * 10**9, subscriber=make_subscriber(name="Ana"),
    )  # fmt: skip


def here(service):
    return f"/subscribers/accounts/{service.pk}/renew/"


def test_it_is_looked_at_done_once_and_undone(ana, client_for):
    client = client_for("support")
    page = client.get(here(ana)).content.decode()
    assert "By one term of Home 10." in page and "6\u00a0GB" in page and 'name="after" value="0"' in page
    said = client.post(here(ana), {"after": "0"}, follow=True).content.decode()
    assert "ana.home is renewed until" in said and "6\u00a0GB carried over" in said
    again = client.post(here(ana), {"after": "0"})
    assert again.status_code == 422 and "was renewed until" in again.content.decode()
    made = Period.objects.get()
    undo = f"/subscribers/accounts/{ana.pk}/renewals/{made.pk}/undo/"
    assert "No money moves by itself" in client.get(undo).content.decode()
    assert "The renewal is undone" in client.post(undo, follow=True).content.decode()
    assert Service.objects.get(pk=ana.pk).expires_at == ana.expires_at
    timeline = client.get(f"/subscribers/{ana.subscriber_id}/timeline/").content.decode()
    assert "Renewed" in timeline and "Renewal undone" in timeline


def test_what_does_not_come_along_is_said_before(ana, client_for):
    ana.plan.carry = ""
    ana.plan.save()
    assert "6\u00a0GB that is left does not come along" in client_for("owner").get(here(ana)).content.decode()


def test_what_cannot_be_renewed_says_why(ana, client_for):
    Service.objects.filter(pk=ana.pk).update(status="void")
    page = client_for("owner").get(here(ana)).content.decode()
    assert "cannot be renewed" in page and '<button class="btn btn-primary"' not in page


def test_who_was_cut_off_is_let_in_again(ana, client_for):
    Service.objects.filter(pk=ana.pk).update(status="ended", expires_at=datetime.now(UTC) - timedelta(days=1))
    make_session(service=ana, ended_at=datetime.now(UTC))
    assert "Works again" in client_for("owner").get(here(ana)).content.decode()
    client_for("owner").post(here(ana), {"after": "0"})
    assert Service.objects.get(pk=ana.pk).status == "active"


def test_the_list_is_searched_filtered_exported_and_costs_the_same_for_many(ana, client_for):
    client = client_for("owner")
    assert "Nobody was renewed yet" in client.get("/subscribers/renewals/").content.decode()
    for _ in range(3):
        client.post(
            here(ana),
            {"after": str(Period.objects.order_by("-pk").values_list("pk", flat=True).first() or 0)},
        )
    assert Period.objects.count() == 3
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/subscribers/renewals/?q=ana&state=counts").content.decode()
    assert page.count("Home 10</td>") + page.count("Home 10<span") == 3
    assert len(queries) <= 16
    assert "Nothing matches" in client.get("/subscribers/renewals/?state=undone").content.decode()
    rows = client.get("/subscribers/renewals/?format=csv").content.decode().splitlines()
    assert len(rows) == 4 and "ana.home" in rows[1]


def test_only_who_may_change_subscribers(ana, client_for):
    assert client_for("technician").get(here(ana)).status_code == 403
    assert client_for("cashier").get("/subscribers/renewals/").status_code == 403
