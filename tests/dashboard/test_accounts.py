"""Accounts in the browser: made with a secret that is shown once, looked at, and refused with the reason."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from accounts.journal import SYSTEM
from accounts.models import JournalEntry
from subscribers import accounts
from subscribers.models import Service, Subscriber, Usage
from tests.factories import (
    NOW,
    make_attempt,
    make_plan,
    make_router,
    make_service,
    make_session,
    make_subscriber,
)

pytestmark = pytest.mark.django_db
NEW = "/subscribers/accounts/new/"
GIVEN = {"name": "Ana Wanjiku", "phone": "+254700000001", "username": "ana.home", "access": "ppp"}


def secret_on(page: str) -> str:
    return re.search(r'id="secret"[^>]*>([a-z2-9]+)</pre>', page)[1]


def test_a_new_account_shows_its_secret_once(inside_isp, client_for):
    plan, client = make_plan(name="Home 10"), client_for("support")
    assert "Home 10" in client.get(NEW).content.decode()
    answer = client.post(NEW, {**GIVEN, "plan": plan.pk, "language": "sw"})
    page = answer.content.decode()
    service = Service.objects.get(label="ana.home")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert secret_on(page) == service.secret
    assert 'class="code wrap select-all" id="secret"' in page  # without script one tap marks the whole of it
    assert (service.kind, service.access, service.subscriber.phone) == ("account", "ppp", "+254700000001")
    assert service.subscriber.language == "sw"
    again = client.get(f"/subscribers/accounts/{service.pk}/").content.decode()
    assert service.secret not in again
    entries = JournalEntry.objects.filter(verb__in=("subscriber.add", "account.open")).order_by("id")
    assert [entry.actor for entry in entries] == ["Support Ana Net"] * 2
    assert service.secret not in json.dumps([entry.facts for entry in entries])


def test_what_will_not_do_leaves_nobody_behind(inside_isp, client_for):
    plan, client = make_plan(), client_for("owner")
    accounts.open_account("ana.home", plan, None, by=SYSTEM, now=datetime.now(UTC))
    taken = client.post(NEW, {**GIVEN, "plan": plan.pk})
    assert taken.status_code == 422
    assert "ana.home is taken" in taken.content.decode()
    assert client.post(NEW, {**GIVEN, "plan": "x"}).status_code == 422
    assert client.post(NEW, {**GIVEN, "username": "new", "phone": "x", "plan": plan.pk}).status_code == 422
    assert not Subscriber.objects.exists()


def test_another_account_for_somebody_known(inside_isp, client_for):
    ana, plan, client = make_subscriber(name="Ana"), make_plan(), client_for("owner")
    here = f"{NEW}?subscriber={ana.pk}"
    assert 'name="phone"' not in client.get(here).content.decode()
    assert client.post(here, {"username": "ana.shop", "plan": plan.pk, "access": "any"}).status_code == 200
    assert Service.objects.get(label="ana.shop").subscriber == ana
    assert client.get(f"{NEW}?subscriber=999999").status_code == 404


def test_without_a_plan_the_way_leads_to_plans(inside_isp, client_for):
    assert "An account needs a plan" in client_for("owner").get(NEW).content.decode()


@pytest.fixture
def ana(inside_isp):
    now = datetime.now(UTC)
    plan = make_plan(name="Home 10", data_limit_bytes=200 * 10**9, validity_seconds=None)
    service, _secret = accounts.open_account(
        "ana.home", plan, make_subscriber(name="Ana Wanjiku"), by=SYSTEM, now=now, access="ppp"
    )
    Service.objects.filter(pk=service.pk).update(first_used_at=now, download_bytes=186 * 10**9)
    Usage.objects.create(
        service=service, hour=now.replace(minute=0, second=0, microsecond=0), download_bytes=3 * 10**9, upload_bytes=10**9
    )  # fmt: skip
    return service


def test_the_page_says_everything(ana, client_for):
    router = make_router(name="Rongai Tower")
    make_session(service=ana, router=router, mac="AA:BB:CC:00:00:05", framed_ip="10.20.4.118")
    make_attempt(service=ana, router=router, username="ana.home", sentence="The password is wrong.", at=NOW - timedelta(hours=1))  # fmt: skip
    page = client_for("support").get(f"/subscribers/accounts/{ana.pk}/").content.decode()
    for said in ("Ana Wanjiku", "Active", "Home 10", "186\u00a0GB", "of 200\u00a0GB", "Rongai Tower", "10.20.4.118", "AA:BB:CC:00:00:05",
                 "ana.home is online now at Rongai Tower", "The password is wrong.", "Download 3\u00a0GB", "PPP only", "No device is listed."):  # fmt: skip
        assert said in page, said


def test_the_answer_to_why_stands_on_the_page(ana, client_for):
    Service.objects.filter(pk=ana.pk).update(status="suspended")
    page = client_for("owner").get(f"/subscribers/accounts/{ana.pk}/").content.decode()
    assert "Why can&#x27;t they connect?" in page or "Why can't they connect?" in page
    assert "Paused" in page
    assert "What to do:" in page


def test_a_voucher_is_no_account(inside_isp, client_for):
    assert client_for("owner").get(f"/subscribers/accounts/{make_service().pk}/").status_code == 404


def test_few_queries_whatever_is_online(ana, client_for, django_assert_max_num_queries):
    client, router = client_for("owner"), make_router()
    here = f"/subscribers/accounts/{ana.pk}/"
    client.get(here)
    for _ in range(5):
        make_session(service=ana, router=router)
        make_attempt(service=ana, router=router)
    with django_assert_max_num_queries(11 + 21) as counted:
        assert client.get(here).status_code == 200
    for _ in range(5):
        make_session(service=ana, router=router)
        make_attempt(service=ana, router=router)
    with django_assert_max_num_queries(len(counted)):
        client.get(here)
